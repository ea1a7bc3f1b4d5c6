import type { ConsentText } from '../consent-document.ts';

export const treatment: ConsentText = {
  title: '同意接受治疗',
  summary: '您同意我们的团队为您检查和治疗。您可以问任何问题，也可以随时说不。',
  sections: [
    {
      heading: '您同意什么',
      paragraphs: [
        '我们的医生、护士和其他人员可以为您检查，做常见的化验，并提供您需要的照顾。常见的化验例如量血压、验血或验尿。',
      ],
    },
    {
      heading: '我们会再次征求同意的事',
      paragraphs: ['如果需要手术或其他风险较大的治疗，我们会先向您说明，再问您一次。'],
    },
    {
      heading: '您的权利',
      paragraphs: [
        '您可以问为什么需要某项检查或治疗，可能出什么问题，还有什么别的办法。您可以随时拒绝或停止。我们会和您谈这对您的健康意味着什么。',
        '没有人能保证治疗一定有效。我们会把知道的告诉您。',
      ],
    },
    { heading: '紧急情况下', paragraphs: ['如果您无法表达，而且有生命危险，我们会立即给您需要的救治。'] },
    { heading: '有效期', paragraphs: ['有效期为一年，或到您撤回为止。要撤回，请告诉我们。在那以前已经做的不受影响。'] },
  ],
};
