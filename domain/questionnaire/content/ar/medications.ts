import { options, type Texts } from '../translation.ts';

export const medications: Texts = {
  title: 'أدويتك',
  'medications.any': 'هل تتناول أي أدوية؟',
  'medications.any:why': 'بعض الأدوية لا تصلح معًا. نتحقق من ذلك قبل أن نعطيك دواءً جديدًا.',
  'medications.any=none': 'لا، لا شيء',
  'medications.any=some': 'نعم',
  'medications.any=unknown': 'لست متأكدًا',
  'medications.any.help': 'احسب أيضًا الحبوب والقطرات والكريمات والحقن وموانع الحمل والفيتامينات والأعشاب.',
  'medications.list': 'ما الأدوية التي تتناولها؟',
  'medications.name': 'اسم الدواء',
  'medications.name.help': 'تجده على العلبة أو الزجاجة. مثلًا: ميتفورمين.',
  'medications.dose': 'كم في كل مرة؟',
  'medications.dose.help': 'مثلًا: 500 ملغ أو حبة واحدة.',
  'medications.frequency': 'كم مرة؟',
  'medications.frequency.help': 'مثلًا: كل صباح.',
  'medications.reason': 'لأي سبب تتناوله؟',
  'medications.reason.help': 'مثلًا: لسكر الدم.',
  'medications.confirm': 'هل هذا ما زال صحيحًا؟',
  ...options(['medications.confirm'], {
    confirmed: 'نعم',
    changed: 'غيرته هنا',
    removed: 'لا، احذفه من القائمة',
  }),
};
