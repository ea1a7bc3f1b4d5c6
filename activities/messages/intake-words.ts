/** Every sentence of the messages about an intake, in each language that we write. Never why somebody comes, never what they answered. */
import type { WrittenLanguage } from '../../domain/language.ts';

interface LinkWords {
  readonly subject: (clinic: string) => string;
  readonly lead: (clinic: string) => string;
  readonly next: string;
}

export interface IntakeWords {
  readonly open: string;
  readonly see: string;
  readonly until: (until: string) => string;
  readonly 'intake-invitation': LinkWords;
  readonly 'intake-reminder': LinkWords;
  readonly 'intake-returned': LinkWords;
  readonly 'intake-new-link': LinkWords;
  readonly 'intake-code': { readonly subject: string; readonly lead: (code: string) => string; readonly until: (until: string) => string; readonly next: string }; // prettier-ignore
  readonly 'intake-received': LinkWords;
  readonly 'intake-approved': LinkWords;
  readonly 'intake-expired': LinkWords;
}

const en: IntakeWords = {
  open: 'Go to your questions',
  see: 'See where it stands',
  until: (until) => `The link works until ${until}. You can stop and go on as often as you like: nothing is lost.`,
  'intake-invitation': {
    subject: (clinic) => `A few questions from ${clinic}`,
    lead: (clinic) => `${clinic} asks you some questions, so that we are ready for you.`,
    next: 'You can answer on your phone or computer. If you would like help, please call us.',
  },
  'intake-reminder': {
    subject: (clinic) => `Your questions from ${clinic} are waiting`,
    lead: () => 'Some of our questions still wait for your answers. What you answered is saved.',
    next: 'It takes about ten minutes. If you would like help, please call us.',
  },
  'intake-returned': {
    subject: (clinic) => `${clinic} has a question about your answers`,
    lead: () => 'We looked at your answers and need a little more from you.',
    next: 'The page shows what we ask. All your other answers are kept.',
  },
  'intake-new-link': {
    subject: () => 'Your new link',
    lead: () => 'Here is the new link to your questions. The earlier one no longer works.',
    next: 'If you did not ask for it, you can ignore this message.',
  },
  'intake-code': {
    subject: 'Your code',
    lead: (code) => `Your code is ${code}`,
    until: (until) => `It works once, until ${until}.`,
    next: 'Never tell it to anyone, not even to us. If you did not ask for it, you can ignore this message.',
  },
  'intake-received': {
    subject: (clinic) => `${clinic} has your answers`,
    lead: () => 'Thank you. We have your answers and look at them now.',
    next: 'You do not need to do anything. We write to you if we have a question.',
  },
  'intake-approved': {
    subject: (clinic) => `All is ready at ${clinic}`,
    lead: () => 'We have looked at your answers. You are ready for your visit.',
    next: 'You do not need to do anything more.',
  },
  'intake-expired': {
    subject: (clinic) => `Your questions from ${clinic} have ended`,
    lead: () => 'The time to answer our questions is over. What you answered is kept.',
    next: 'If you still want to go on, please call us and we will open it again.',
  },
};

const es: IntakeWords = {
  open: 'Ir a sus preguntas',
  see: 'Ver cómo va',
  until: (until) => `El enlace sirve hasta ${until}. Puede parar y seguir cuando quiera: no se pierde nada.`,
  'intake-invitation': {
    subject: (clinic) => `Unas preguntas de ${clinic}`,
    lead: (clinic) => `${clinic} le hace unas preguntas para preparar su visita.`,
    next: 'Puede responder en su teléfono o computadora. Si quiere ayuda, llámenos.',
  },
  'intake-reminder': {
    subject: (clinic) => `Sus preguntas de ${clinic} le esperan`,
    lead: () => 'Algunas de nuestras preguntas aún esperan su respuesta. Lo que respondió está guardado.',
    next: 'Toma unos diez minutos. Si quiere ayuda, llámenos.',
  },
  'intake-returned': {
    subject: (clinic) => `${clinic} tiene una pregunta sobre sus respuestas`,
    lead: () => 'Vimos sus respuestas y necesitamos un poco más de usted.',
    next: 'La página muestra qué preguntamos. Todas sus demás respuestas se conservan.',
  },
  'intake-new-link': {
    subject: () => 'Su nuevo enlace',
    lead: () => 'Este es el nuevo enlace a sus preguntas. El anterior ya no sirve.',
    next: 'Si no lo pidió, puede ignorar este mensaje.',
  },
  'intake-code': {
    subject: 'Su código',
    lead: (code) => `Su código es ${code}`,
    until: (until) => `Sirve una vez, hasta ${until}.`,
    next: 'No se lo diga a nadie, tampoco a nosotros. Si no lo pidió, puede ignorar este mensaje.',
  },
  'intake-received': {
    subject: (clinic) => `${clinic} tiene sus respuestas`,
    lead: () => 'Gracias. Tenemos sus respuestas y las estamos viendo.',
    next: 'No tiene que hacer nada. Le escribiremos si tenemos una pregunta.',
  },
  'intake-approved': {
    subject: (clinic) => `Todo está listo en ${clinic}`,
    lead: () => 'Vimos sus respuestas. Todo está listo para su visita.',
    next: 'No tiene que hacer nada más.',
  },
  'intake-expired': {
    subject: (clinic) => `Sus preguntas de ${clinic} terminaron`,
    lead: () => 'El tiempo para responder terminó. Lo que respondió se conserva.',
    next: 'Si quiere seguir, llámenos y lo abrimos de nuevo.',
  },
};

const zhHans: IntakeWords = {
  open: '前往问题',
  see: '查看进度',
  until: (until) => `此链接有效期至${until}。您可以随时停下、随时继续，内容不会丢失。`,
  'intake-invitation': {
    subject: (clinic) => `${clinic}有几个问题想问您`,
    lead: (clinic) => `${clinic}想先问您几个问题，以便为您做好准备。`,
    next: '您可以用手机或电脑回答。如需帮助，请致电我们。',
  },
  'intake-reminder': {
    subject: (clinic) => `${clinic}的问题还在等您回答`,
    lead: () => '还有一些问题等您回答。您已回答的内容已保存。',
    next: '大约需要十分钟。如需帮助，请致电我们。',
  },
  'intake-returned': {
    subject: (clinic) => `${clinic}对您的回答有一个问题`,
    lead: () => '我们看了您的回答，还需要您补充一点。',
    next: '页面会显示我们要问的内容。您的其他回答都已保留。',
  },
  'intake-new-link': {
    subject: () => '您的新链接',
    lead: () => '这是通往您的问题的新链接。之前的链接已失效。',
    next: '如果您没有要求，请忽略此消息。',
  },
  'intake-code': {
    subject: '您的验证码',
    lead: (code) => `您的验证码是 ${code}`,
    until: (until) => `只能使用一次，有效期至${until}。`,
    next: '请不要告诉任何人，包括我们。如果您没有要求，请忽略此消息。',
  },
  'intake-received': {
    subject: (clinic) => `${clinic}已收到您的回答`,
    lead: () => '谢谢。我们已收到您的回答，正在查看。',
    next: '您不需要做任何事。如有问题，我们会写信给您。',
  },
  'intake-approved': {
    subject: (clinic) => `${clinic}已准备就绪`,
    lead: () => '我们已看过您的回答。您的就诊已准备好。',
    next: '您不需要再做什么。',
  },
  'intake-expired': {
    subject: (clinic) => `${clinic}的问题已结束`,
    lead: () => '回答问题的时间已过。您已回答的内容会保留。',
    next: '如果您想继续，请致电我们，我们会重新打开。',
  },
};

const vi: IntakeWords = {
  open: 'Đến các câu hỏi của quý vị',
  see: 'Xem tình trạng',
  until: (until) => `Đường dẫn dùng được đến ${until}. Quý vị có thể dừng và tiếp tục bất cứ lúc nào: không mất gì cả.`,
  'intake-invitation': {
    subject: (clinic) => `Một vài câu hỏi từ ${clinic}`,
    lead: (clinic) => `${clinic} hỏi quý vị vài câu để chuẩn bị đón quý vị.`,
    next: 'Quý vị có thể trả lời bằng điện thoại hoặc máy tính. Nếu cần giúp, xin gọi cho chúng tôi.',
  },
  'intake-reminder': {
    subject: (clinic) => `Các câu hỏi của ${clinic} đang chờ quý vị`,
    lead: () => 'Một số câu hỏi vẫn chờ quý vị trả lời. Những gì quý vị đã trả lời được lưu lại.',
    next: 'Việc này mất khoảng mười phút. Nếu cần giúp, xin gọi cho chúng tôi.',
  },
  'intake-returned': {
    subject: (clinic) => `${clinic} có câu hỏi về câu trả lời của quý vị`,
    lead: () => 'Chúng tôi đã xem câu trả lời và cần thêm một chút từ quý vị.',
    next: 'Trang web cho biết chúng tôi hỏi gì. Các câu trả lời khác được giữ nguyên.',
  },
  'intake-new-link': {
    subject: () => 'Đường dẫn mới của quý vị',
    lead: () => 'Đây là đường dẫn mới đến các câu hỏi. Đường dẫn trước không còn dùng được.',
    next: 'Nếu quý vị không yêu cầu, xin bỏ qua tin này.',
  },
  'intake-code': {
    subject: 'Mã của quý vị',
    lead: (code) => `Mã của quý vị là ${code}`,
    until: (until) => `Mã dùng được một lần, đến ${until}.`,
    next: 'Đừng cho ai biết mã này, kể cả chúng tôi. Nếu quý vị không yêu cầu, xin bỏ qua tin này.',
  },
  'intake-received': {
    subject: (clinic) => `${clinic} đã nhận câu trả lời của quý vị`,
    lead: () => 'Cảm ơn quý vị. Chúng tôi đã nhận và đang xem các câu trả lời.',
    next: 'Quý vị không cần làm gì. Chúng tôi sẽ viết cho quý vị nếu có câu hỏi.',
  },
  'intake-approved': {
    subject: (clinic) => `Mọi thứ đã sẵn sàng tại ${clinic}`,
    lead: () => 'Chúng tôi đã xem câu trả lời. Mọi thứ đã sẵn sàng cho buổi khám của quý vị.',
    next: 'Quý vị không cần làm gì thêm.',
  },
  'intake-expired': {
    subject: (clinic) => `Các câu hỏi của ${clinic} đã kết thúc`,
    lead: () => 'Thời gian trả lời đã hết. Những gì quý vị đã trả lời được giữ lại.',
    next: 'Nếu quý vị muốn tiếp tục, xin gọi và chúng tôi sẽ mở lại.',
  },
};

const pt: IntakeWords = {
  open: 'Ir para as suas perguntas',
  see: 'Ver como está',
  until: (until) => `O link funciona até ${until}. Você pode parar e continuar quando quiser: nada se perde.`,
  'intake-invitation': {
    subject: (clinic) => `Algumas perguntas de ${clinic}`,
    lead: (clinic) => `${clinic} faz algumas perguntas para preparar a sua consulta.`,
    next: 'Você pode responder no celular ou no computador. Se quiser ajuda, ligue para nós.',
  },
  'intake-reminder': {
    subject: (clinic) => `As suas perguntas de ${clinic} estão à espera`,
    lead: () => 'Algumas perguntas ainda esperam a sua resposta. O que você respondeu está salvo.',
    next: 'Leva uns dez minutos. Se quiser ajuda, ligue para nós.',
  },
  'intake-returned': {
    subject: (clinic) => `${clinic} tem uma pergunta sobre as suas respostas`,
    lead: () => 'Vimos as suas respostas e precisamos de mais um pouco.',
    next: 'A página mostra o que perguntamos. Todas as outras respostas ficam guardadas.',
  },
  'intake-new-link': {
    subject: () => 'O seu novo link',
    lead: () => 'Este é o novo link para as suas perguntas. O anterior não funciona mais.',
    next: 'Se você não pediu, pode ignorar esta mensagem.',
  },
  'intake-code': {
    subject: 'O seu código',
    lead: (code) => `O seu código é ${code}`,
    until: (until) => `Funciona uma vez, até ${until}.`,
    next: 'Não conte a ninguém, nem a nós. Se você não pediu, pode ignorar esta mensagem.',
  },
  'intake-received': {
    subject: (clinic) => `${clinic} recebeu as suas respostas`,
    lead: () => 'Obrigado. Recebemos as suas respostas e estamos vendo.',
    next: 'Você não precisa fazer nada. Escreveremos se tivermos uma pergunta.',
  },
  'intake-approved': {
    subject: (clinic) => `Tudo pronto em ${clinic}`,
    lead: () => 'Vimos as suas respostas. Tudo está pronto para a sua consulta.',
    next: 'Você não precisa fazer mais nada.',
  },
  'intake-expired': {
    subject: (clinic) => `As suas perguntas de ${clinic} terminaram`,
    lead: () => 'O tempo para responder acabou. O que você respondeu fica guardado.',
    next: 'Se quiser continuar, ligue para nós e abrimos de novo.',
  },
};

const ar: IntakeWords = {
  open: 'الانتقال إلى أسئلتك',
  see: 'معرفة الوضع',
  until: (until) => `يعمل الرابط حتى ${until}. يمكنك التوقف والمتابعة متى شئت: لا يضيع شيء.`,
  'intake-invitation': {
    subject: (clinic) => `بعض الأسئلة من ${clinic}`,
    lead: (clinic) => `تطرح عليك ${clinic} بعض الأسئلة حتى نكون مستعدين لك.`,
    next: 'يمكنك الإجابة من الهاتف أو الحاسوب. إذا أردت المساعدة فاتصل بنا.',
  },
  'intake-reminder': {
    subject: (clinic) => `أسئلة ${clinic} في انتظارك`,
    lead: () => 'ما زالت بعض أسئلتنا تنتظر إجابتك. ما أجبت عنه محفوظ.',
    next: 'يستغرق ذلك نحو عشر دقائق. إذا أردت المساعدة فاتصل بنا.',
  },
  'intake-returned': {
    subject: (clinic) => `لدى ${clinic} سؤال عن إجاباتك`,
    lead: () => 'اطلعنا على إجاباتك ونحتاج إلى القليل بعد منك.',
    next: 'تعرض الصفحة ما نسأل عنه. كل إجاباتك الأخرى محفوظة.',
  },
  'intake-new-link': {
    subject: () => 'رابطك الجديد',
    lead: () => 'هذا هو الرابط الجديد إلى أسئلتك. لم يعد الرابط السابق يعمل.',
    next: 'إذا لم تطلبه فيمكنك تجاهل هذه الرسالة.',
  },
  'intake-code': {
    subject: 'رمزك',
    lead: (code) => `رمزك هو ${code}`,
    until: (until) => `يعمل مرة واحدة حتى ${until}.`,
    next: 'لا تخبر به أحدا، ولا حتى نحن. إذا لم تطلبه فيمكنك تجاهل هذه الرسالة.',
  },
  'intake-received': {
    subject: (clinic) => `وصلت إجاباتك إلى ${clinic}`,
    lead: () => 'شكرا لك. وصلتنا إجاباتك ونحن نطلع عليها الآن.',
    next: 'لا حاجة إلى أن تفعل شيئا. سنكتب إليك إذا كان لدينا سؤال.',
  },
  'intake-approved': {
    subject: (clinic) => `كل شيء جاهز في ${clinic}`,
    lead: () => 'اطلعنا على إجاباتك. كل شيء جاهز لزيارتك.',
    next: 'لا حاجة إلى أن تفعل شيئا آخر.',
  },
  'intake-expired': {
    subject: (clinic) => `انتهت أسئلة ${clinic}`,
    lead: () => 'انتهى وقت الإجابة عن أسئلتنا. ما أجبت عنه محفوظ.',
    next: 'إذا أردت المتابعة فاتصل بنا وسنفتحها من جديد.',
  },
};

export const intakeWords: Readonly<Record<WrittenLanguage, IntakeWords>> = { en, es, 'zh-Hans': zhHans, vi, pt, ar };
