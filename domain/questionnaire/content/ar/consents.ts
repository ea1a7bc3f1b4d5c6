import { options, type Texts } from '../translation.ts';

export const consents: Texts = {
  title: 'موافقتك',
  'consents.agree.treatment': 'هل توافق على أن نفحصك ونعالجك؟',
  'consents.agree.treatment:why':
    'لا يجوز لنا أن نعالجك إلا إذا وافقت. يمكنك أن ترفض أي فحص أو علاج، وفي أي وقت لاحق أيضًا.',
  'consents.agree.treatment.help': 'اقرأ أولًا “الموافقة على الرعاية” من فضلك.',
  'consents.agree.privacy-practices': 'هل استلمت إشعارنا عن كيفية استخدام بياناتك الصحية؟',
  'consents.agree.privacy-practices:why': 'يوجب القانون أن نعطيك إياه وأن نطلب منك تأكيد ذلك.',
  'consents.agree.privacy-practices.help':
    'اقرأ أولًا “كيف نستخدم بياناتك الصحية” من فضلك. كلمة نعم تعني أنك استلمته، ولا تعني أنه يعجبك.',
  'consents.agree.financial-responsibility': 'هل توافق على دفع ما لا يدفعه تأمينك؟',
  'consents.agree.financial-responsibility:why':
    'حتى تعرف التكاليف قبل أن تأتي. يمكنك أن تسأل عن سعر الزيارة في أي وقت.',
  'consents.agree.financial-responsibility.help': 'اقرأ أولًا “ما تدفعه أنت” من فضلك.',
  'consents.agree.electronic-communication': 'هل توافق على الرسائل وعلى الزيارات بالفيديو؟',
  'consents.agree.electronic-communication.help':
    'اقرأ أولًا “الرسائل والزيارات بالفيديو” من فضلك. إذا رفضت، يمكنك مع ذلك أن تأتي إلى العيادة.',
  'consents.relationship': 'من يوقّع؟',
  ...options(['consents.relationship'], {
    self: 'أنا المريض أو المريضة',
    parent: 'أنا والد المريض أو والدته',
    guardian: 'أنا الوصي القانوني',
    representative: 'يحق لي قانونًا أن أوقّع عن المريض',
  }),
  'consents.representative-basis': 'ما الذي يعطيك حق التوقيع؟',
  'consents.representative-basis.help': 'مثلًا: ورقة من محكمة أو توكيل.',
  'consents.signature': 'توقيعك',
  'consents.typed-name': 'اكتب اسمك الكامل',
  'consents.typed-name.help': 'اسم الشخص الذي يوقّع. مثلًا: \u2066Ahmad Al Masri\u2069.',
  'consents.intent': 'أريد أن يكون الاسم الذي كتبته هو توقيعي.',
};
