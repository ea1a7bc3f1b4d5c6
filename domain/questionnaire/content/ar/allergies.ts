import { options, type Texts } from '../translation.ts';

export const allergies: Texts = {
  title: 'الحساسية لديك',
  'allergies.any': 'هل لديك أي حساسية؟',
  'allergies.any:why': 'حتى لا نعطيك أبدًا شيئًا قد يضرك.',
  'allergies.any=none': 'لا، ليس لدي أي حساسية أعرفها',
  'allergies.any=some': 'نعم',
  'allergies.any=unknown': 'لست متأكدًا',
  'allergies.any.help': 'من أدوية أو طعام أو أشياء أخرى مثل لسع النحل أو اللاتكس.',
  'allergies.list': 'ما الذي لديك حساسية منه؟',
  'allergies.substance': 'دواء أو طعام أو شيء آخر',
  'allergies.substance.help': 'مثلًا: البنسلين أو الفول السوداني أو لسع النحل.',
  'allergies.reaction': 'ماذا يحدث لك؟',
  'allergies.reaction.help': 'مثلًا: طفح جلدي، أو يتورم حلقي.',
  'allergies.severity': 'ما مدى شدتها؟',
  ...options(['allergies.severity'], {
    mild: 'خفيفة: تزول وحدها',
    moderate: 'متوسطة: أحتاج إلى دواء',
    severe: 'شديدة: ذهبت إلى المستشفى أو لم أستطع التنفس',
    unknown: 'لا أعرف',
  }),
  'allergies.confirm': 'هل هذا ما زال صحيحًا؟',
  ...options(['allergies.confirm'], {
    confirmed: 'نعم',
    changed: 'غيرته هنا',
    removed: 'لا، احذفه من القائمة',
  }),
};
