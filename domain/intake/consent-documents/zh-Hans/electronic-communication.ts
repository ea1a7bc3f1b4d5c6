import type { ConsentText } from '../consent-document.ts';

export const electronicCommunication: ConsentText = {
  title: '消息和视频就诊',
  summary: '您同意我们给您发消息，并通过视频为您看病。这由您决定：如果不同意，您在诊所会得到同样的照顾。',
  sections: [
    {
      heading: '消息',
      paragraphs: [
        '我们用电子邮件或短信发送就诊的时间、地点和一个链接。我们从不写您为什么来。',
        '电子邮件和短信不完全保密。能打开您手机或邮箱的人可能会看到。',
        '紧急情况请不要给我们写信。请拨打 911 或当地的急救电话。',
      ],
    },
    {
      heading: '视频就诊',
      paragraphs: [
        '视频就诊和在诊所不一样：我们不能触诊，也不能做某些检查。如果需要，我们会请您过来。',
        '请在没有旁人能听到的地方。请告诉我们您在哪里，以便需要时派人帮助。',
        '除非您事先同意，我们不会录音录像。',
      ],
    },
    { heading: '如何停止', paragraphs: ['您随时可以停止消息或视频就诊。请告诉我们，或在您的页面上更改。'] },
  ],
};
