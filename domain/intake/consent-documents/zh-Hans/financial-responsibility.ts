import type { ConsentText } from '../consent-document.ts';

export const financialResponsibility: ConsentText = {
  title: '您要付的费用',
  summary: '我们先把账单寄给您的保险公司。保险不付的部分由您支付。就诊前您可以询问价格。',
  sections: [
    {
      heading: '有保险时',
      paragraphs: [
        '您允许我们把账单和所需的资料交给保险公司，并让保险公司直接付款给我们。',
        '您支付自己的部分：例如挂号自付额、免赔额，或您的保险不包括的治疗。',
        '如果您的保险有变化，请告诉我们。',
      ],
    },
    {
      heading: '没有保险时',
      paragraphs: ['预约就诊之前，您有权得到一份书面的费用估算。如果账单比估算多出 $400 或更多，您可以提出异议。'],
    },
    {
      heading: '如果付款有困难',
      paragraphs: ['请尽早告诉我们。我们可以商定分期小额付款，并告诉您谁能帮忙。紧急情况下我们绝不会拒绝您。'],
    },
    { heading: '没有来就诊', paragraphs: ['如果诊所对没有来就诊收费，我们会在您预约之前告诉您多少钱。'] },
  ],
};
