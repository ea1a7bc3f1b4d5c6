import { options, type Texts } from '../translation.ts';

export const medications: Texts = {
  title: '您的药物',
  'medications.any': '您在用什么药吗？',
  'medications.any:why': '有些药不能一起用。给您新药之前，我们会核对。',
  'medications.any=none': '没有',
  'medications.any=some': '有',
  'medications.any=unknown': '我不确定',
  'medications.any.help': '药片、滴剂、药膏、针剂、避孕药、维生素和草药都算。',
  'medications.list': '您用哪些药？',
  'medications.name': '药名',
  'medications.name.help': '写在药盒或药瓶上。例如：二甲双胍。',
  'medications.dose': '每次用多少？',
  'medications.dose.help': '例如：500 毫克，或一片。',
  'medications.frequency': '多久用一次？',
  'medications.frequency.help': '例如：每天早上。',
  'medications.reason': '用来治什么？',
  'medications.reason.help': '例如：治血糖高。',
  'medications.confirm': '现在还是这样吗？',
  ...options(['medications.confirm'], {
    confirmed: '是',
    changed: '我在这里改了',
    removed: '不是，请从清单上去掉',
  }),
};
