import { everywhere, options, type Texts } from '../translation.ts';

export const reason: Texts = {
  title: 'سبب زيارتك',
  'reason.emergency': 'هل تظن أن حياتك في خطر؟ توقف هنا واتصل الآن على 911 أو على رقم الطوارئ.',
  'reason.main': 'في أي شيء تحتاج إلى مساعدة؟',
  'reason.main.help': 'استخدم كلماتك. مثلًا: ركبتي تؤلمني منذ أسبوعين.',
  'reason.since': 'منذ متى؟',
  ...options(['reason.since'], {
    days: 'بضعة أيام أو أقل',
    weeks: 'بضعة أسابيع',
    months: 'بضعة أشهر',
    years: 'سنة أو أكثر',
    'not-applicable': 'آتي لفحص عام أو لشيء آخر',
  }),
  'reason.chest-pain': 'هل تشعر الآن بألم في الصدر مع صعوبة في التنفس؟',
  ...everywhere(
    ['reason.chest-pain:why', 'reason.stroke:why', 'reason.allergic:why', 'reason.pregnancy-danger:why'],
    'إذا كانت الإجابة نعم، نبين لك فورًا أين تجد المساعدة ونخبر ممرضة أو طبيبًا.',
  ),
  'reason.stroke': 'هل بدأ فجأة شيء من هذا: تدلّي الوجه أو ضعف في ذراع أو صعوبة في الكلام؟',
  'reason.allergic': 'هل لديك الآن رد فعل تحسسي شديد؟',
  'reason.allergic.help': 'مثلًا: تورم الوجه أو الحلق، أو صعوبة في التنفس.',
  'reason.pregnant': 'هل من الممكن أن تكوني حاملًا؟',
  'reason.pregnant:why': 'بعض الأدوية والفحوص قد تضر الجنين.',
  ...options(['reason.pregnant'], {
    yes: 'نعم، أنا حامل',
    maybe: 'ربما',
    no: 'لا',
    'not-applicable': 'هذا السؤال لا يخصني',
  }),
  'reason.pregnancy-danger': 'هل لديك الآن نزيف أو ألم شديد جدًا في البطن؟',
  'reason.safe-at-home': 'هل تشعر بالأمان في البيت؟',
  'reason.safe-at-home:why': 'نسأل الجميع. إذا لم تشعر بالأمان، نبين لك من يمكنه المساعدة. لا نخبر من يسكنون معك.',
  'reason.safe-at-home=yes': 'نعم',
  'reason.safe-at-home=no': 'لا',
};
