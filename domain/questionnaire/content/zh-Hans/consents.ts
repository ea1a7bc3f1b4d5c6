import { options, type Texts } from '../translation.ts';

export const consents: Texts = {
  title: '您的同意',
  'consents.agree.treatment': '您同意我们为您检查和治疗吗？',
  'consents.agree.treatment:why': '只有您同意，我们才可以为您治疗。您可以拒绝任何检查或治疗，以后也可以。',
  'consents.agree.treatment.help': '请先阅读《同意接受治疗》。',
  'consents.agree.privacy-practices': '您收到我们关于如何使用您健康资料的通知了吗？',
  'consents.agree.privacy-practices:why': '法律规定我们必须给您，并请您确认。',
  'consents.agree.privacy-practices.help': '请先阅读《我们如何使用您的健康资料》。选“是”表示您收到了，不表示您喜欢它。',
  'consents.agree.financial-responsibility': '您同意支付保险不付的部分吗？',
  'consents.agree.financial-responsibility:why': '这样您可以提前知道费用。您随时可以询问就诊的价格。',
  'consents.agree.financial-responsibility.help': '请先阅读《您要付的费用》。',
  'consents.agree.electronic-communication': '您同意接收消息和视频就诊吗？',
  'consents.agree.electronic-communication.help': '请先阅读《消息和视频就诊》。如果不同意，您仍然可以来诊所。',
  'consents.relationship': '由谁签名？',
  ...options(['consents.relationship'], {
    self: '我是患者本人',
    parent: '我是患者的父亲或母亲',
    guardian: '我是法定监护人',
    representative: '我依法可以替患者签名',
  }),
  'consents.representative-basis': '您凭什么有权签名？',
  'consents.representative-basis.help': '例如：法院文件或授权委托书。',
  'consents.signature': '您的签名',
  'consents.typed-name': '请输入您的全名',
  'consents.typed-name.help': '签名人的姓名。例如：Wang Xiaoming。',
  'consents.intent': '我输入的姓名就是我的签名。',
};
