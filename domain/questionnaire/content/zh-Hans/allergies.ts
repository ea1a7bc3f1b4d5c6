import { options, type Texts } from '../translation.ts';

export const allergies: Texts = {
  title: '您的过敏',
  'allergies.any': '您对什么过敏吗？',
  'allergies.any:why': '这样我们就不会给您可能有害的东西。',
  'allergies.any=none': '没有，据我所知没有',
  'allergies.any=some': '有',
  'allergies.any=unknown': '我不确定',
  'allergies.any.help': '对药物、食物，或蜂蜇、乳胶等其他东西。',
  'allergies.list': '您对什么过敏？',
  'allergies.substance': '药物、食物或其他东西',
  'allergies.substance.help': '例如：青霉素、花生或蜂蜇。',
  'allergies.reaction': '会有什么反应？',
  'allergies.reaction.help': '例如：起疹子，或喉咙肿起来。',
  'allergies.severity': '有多严重？',
  ...options(['allergies.severity'], {
    mild: '轻：自己会好',
    moderate: '中：我需要用药',
    severe: '重：我去过医院，或喘不过气',
    unknown: '我不知道',
  }),
  'allergies.confirm': '现在还是这样吗？',
  ...options(['allergies.confirm'], {
    confirmed: '是',
    changed: '我在这里改了',
    removed: '不是，请从清单上去掉',
  }),
};
