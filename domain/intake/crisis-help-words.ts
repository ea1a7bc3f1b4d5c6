import type { WrittenLanguage } from '../language.ts';
import type { RedFlagRule } from './red-flags.ts';

/**
 * What somebody reads at the moment of a red-flag answer. The first sentence says what to do; `{emergency}` becomes the
 * number of the place, or `yourNumber`. Nothing here names what the person answered: it may be read over a shoulder.
 */
export interface CrisisWords {
  readonly help: Readonly<Record<RedFlagRule, { readonly title: string; readonly text: string }>>;
  /** Where no number of the place is known. */
  readonly yourNumber: string;
  /** Added to every text: nobody may wait for us because they told us. */
  readonly notAlone: string;
  readonly labels: {
    readonly emergency: string;
    readonly crisisCall: string;
    readonly crisisText: string;
    readonly crisisChat: string;
    readonly violenceCall: string;
    readonly violenceText: string;
  };
  /** How to reach this language behind the numbers of the US; empty in English. */
  readonly crisisLanguage: string;
  readonly violenceLanguage: string;
}

export const crisisWords: Readonly<Record<WrittenLanguage, CrisisWords>> = {
  en: {
    help: {
      'suicidal-thoughts': {
        title: 'You are not alone. You can get help now.',
        text: 'Thank you for telling us. Please call or text a help line now: someone will listen to you, day or night. If you might hurt yourself, call {emergency}.',
      },
      'chest-pain-breathless': {
        title: 'Get help now',
        text: 'Call {emergency} now. This can be a sign of a heart attack. Do not drive yourself. Sit down and rest until help comes.',
      },
      'stroke-signs': {
        title: 'Get help now',
        text: 'Call {emergency} now, even if the signs go away. This can be a stroke, and each minute counts. Write down when it began.',
      },
      'allergic-reaction': {
        title: 'Get help now',
        text: 'Call {emergency} now. A bad reaction can close your throat. If you have an allergy pen (epinephrine), use it now.',
      },
      'pregnancy-bleeding-pain': {
        title: 'Get help now',
        text: 'Call {emergency}, or go to the nearest emergency room now. You and the baby may need a doctor at once.',
      },
      'not-safe-at-home': {
        title: 'You have a right to be safe. You can get help now.',
        text: 'If you are in danger now, call {emergency}. A help line will listen to you, day or night, and it is free. You do not have to give your name. If someone may look at this screen, close the page after you read this.',
      },
    },
    yourNumber: 'your emergency number',
    notAlone: 'Our care team is told too, but do not wait for us. You can go on with the form later.',
    labels: {
      emergency: 'Emergency',
      crisisCall: 'Help line: call',
      crisisText: 'Help line: send a text',
      crisisChat: 'Help line: chat',
      violenceCall: 'Help line for safety at home: call',
      violenceText: 'Help line for safety at home: text the word START',
    },
    crisisLanguage: '',
    violenceLanguage: '',
  },
  es: {
    help: {
      'suicidal-thoughts': {
        title: 'No está solo ni sola. Puede recibir ayuda ahora.',
        text: 'Gracias por decírnoslo. Por favor, llame o mande un mensaje ahora a una línea de ayuda: alguien le va a escuchar, de día y de noche. Si cree que puede hacerse daño, llame al {emergency}.',
      },
      'chest-pain-breathless': {
        title: 'Pida ayuda ahora',
        text: 'Llame al {emergency} ahora. Esto puede ser señal de un ataque al corazón. No maneje usted. Siéntese y descanse hasta que llegue la ayuda.',
      },
      'stroke-signs': {
        title: 'Pida ayuda ahora',
        text: 'Llame al {emergency} ahora, aunque las señales desaparezcan. Esto puede ser un derrame cerebral y cada minuto cuenta. Anote a qué hora empezó.',
      },
      'allergic-reaction': {
        title: 'Pida ayuda ahora',
        text: 'Llame al {emergency} ahora. Una reacción grave puede cerrarle la garganta. Si tiene un autoinyector para alergias (epinefrina), úselo ahora.',
      },
      'pregnancy-bleeding-pain': {
        title: 'Pida ayuda ahora',
        text: 'Llame al {emergency} o vaya ahora a la sala de emergencias más cercana. Usted y el bebé pueden necesitar un médico de inmediato.',
      },
      'not-safe-at-home': {
        title: 'Tiene derecho a estar a salvo. Puede recibir ayuda ahora.',
        text: 'Si está en peligro ahora, llame al {emergency}. En una línea de ayuda le escuchan de día y de noche, y es gratis. No tiene que dar su nombre. Si alguien puede ver esta pantalla, cierre la página después de leer esto.',
      },
    },
    yourNumber: 'número de emergencias de su país',
    notAlone: 'También avisamos a nuestro equipo médico, pero no nos espere. Puede seguir con el formulario más tarde.',
    labels: {
      emergency: 'Emergencias',
      crisisCall: 'Línea de ayuda: llamar',
      crisisText: 'Línea de ayuda: mandar un mensaje de texto',
      crisisChat: 'Línea de ayuda: chat',
      violenceCall: 'Línea de ayuda por violencia en casa: llamar',
      violenceText: 'Línea de ayuda por violencia en casa: mande la palabra START',
    },
    crisisLanguage: 'En el 988, oprima 2 para español. Por mensaje de texto, mande la palabra AYUDA.',
    violenceLanguage: 'Atienden en español.',
  },
  'zh-Hans': {
    help: {
      'suicidal-thoughts': {
        title: '您并不孤单，现在就可以得到帮助。',
        text: '谢谢您告诉我们。请现在就拨打求助热线或发短信：无论白天还是夜晚，都有人倾听。如果您可能伤害自己，请拨打{emergency}。',
      },
      'chest-pain-breathless': {
        title: '请立即求助',
        text: '请立即拨打{emergency}。这可能是心脏病发作的迹象。不要自己开车。请坐下休息，等待救援。',
      },
      'stroke-signs': {
        title: '请立即求助',
        text: '请立即拨打{emergency}，即使症状消失也要拨打。这可能是中风，每一分钟都很重要。请记下症状开始的时间。',
      },
      'allergic-reaction': {
        title: '请立即求助',
        text: '请立即拨打{emergency}。严重的过敏反应会使喉咙肿胀而无法呼吸。如果您有过敏急救笔（肾上腺素），请马上使用。',
      },
      'pregnancy-bleeding-pain': {
        title: '请立即求助',
        text: '请立即拨打{emergency}，或前往最近的急诊室。您和宝宝可能需要马上看医生。',
      },
      'not-safe-at-home': {
        title: '您有权得到安全，现在就可以得到帮助。',
        text: '如果您现在有危险，请拨打{emergency}。求助热线日夜都有人倾听，完全免费，您不必说出姓名。如果有人可能看到这个屏幕，请看完后关闭本页面。',
      },
    },
    yourNumber: '您所在地的急救电话',
    notAlone: '我们也会通知医护团队，但请不要等我们。表格可以以后再填。',
    labels: {
      emergency: '紧急求助',
      crisisCall: '求助热线：打电话',
      crisisText: '求助热线：发短信',
      crisisChat: '求助热线：网上聊天',
      violenceCall: '家庭安全求助热线：打电话',
      violenceText: '家庭安全求助热线：发送短信 START',
    },
    crisisLanguage: '拨打 988 时，您可以用英语说“Mandarin”，要求免费口译。',
    violenceLanguage: '您可以要求免费口译。',
  },
  vi: {
    help: {
      'suicidal-thoughts': {
        title: 'Quý vị không đơn độc. Quý vị có thể được giúp ngay bây giờ.',
        text: 'Cảm ơn quý vị đã cho chúng tôi biết. Xin gọi hoặc nhắn tin ngay cho đường dây trợ giúp: luôn có người lắng nghe, cả ngày lẫn đêm. Nếu quý vị có thể tự làm hại mình, hãy gọi {emergency}.',
      },
      'chest-pain-breathless': {
        title: 'Hãy gọi trợ giúp ngay',
        text: 'Gọi {emergency} ngay. Đây có thể là dấu hiệu của cơn đau tim. Đừng tự lái xe. Hãy ngồi xuống nghỉ cho đến khi có người đến giúp.',
      },
      'stroke-signs': {
        title: 'Hãy gọi trợ giúp ngay',
        text: 'Gọi {emergency} ngay, ngay cả khi các dấu hiệu đã hết. Đây có thể là đột quỵ và từng phút đều quan trọng. Hãy ghi lại lúc bắt đầu.',
      },
      'allergic-reaction': {
        title: 'Hãy gọi trợ giúp ngay',
        text: 'Gọi {emergency} ngay. Phản ứng nặng có thể làm nghẹn cổ họng. Nếu quý vị có bút tiêm dị ứng (epinephrine), hãy dùng ngay.',
      },
      'pregnancy-bleeding-pain': {
        title: 'Hãy gọi trợ giúp ngay',
        text: 'Gọi {emergency} hoặc đến phòng cấp cứu gần nhất ngay. Quý vị và em bé có thể cần bác sĩ ngay lập tức.',
      },
      'not-safe-at-home': {
        title: 'Quý vị có quyền được an toàn. Quý vị có thể được giúp ngay bây giờ.',
        text: 'Nếu quý vị đang gặp nguy hiểm, hãy gọi {emergency}. Đường dây trợ giúp luôn lắng nghe, cả ngày lẫn đêm, và miễn phí. Quý vị không cần cho biết tên. Nếu có người có thể nhìn thấy màn hình này, hãy đóng trang sau khi đọc.',
      },
    },
    yourNumber: 'số cấp cứu nơi quý vị ở',
    notAlone:
      'Nhóm chăm sóc của chúng tôi cũng được báo, nhưng xin đừng chờ chúng tôi. Quý vị có thể điền tiếp mẫu này sau.',
    labels: {
      emergency: 'Cấp cứu',
      crisisCall: 'Đường dây trợ giúp: gọi điện',
      crisisText: 'Đường dây trợ giúp: nhắn tin',
      crisisChat: 'Đường dây trợ giúp: trò chuyện trên mạng',
      violenceCall: 'Đường dây trợ giúp về an toàn trong gia đình: gọi điện',
      violenceText: 'Đường dây trợ giúp về an toàn trong gia đình: nhắn chữ START',
    },
    crisisLanguage: 'Khi gọi 988, quý vị có thể nói “Vietnamese” để được thông dịch miễn phí.',
    violenceLanguage: 'Quý vị có thể xin thông dịch miễn phí.',
  },
  pt: {
    help: {
      'suicidal-thoughts': {
        title: 'Você não está só. Você pode ter ajuda agora.',
        text: 'Obrigado por nos contar. Por favor, ligue ou mande mensagem agora para uma linha de ajuda: alguém vai ouvir você, de dia e de noite. Se você acha que pode se machucar, ligue para {emergency}.',
      },
      'chest-pain-breathless': {
        title: 'Peça ajuda agora',
        text: 'Ligue para {emergency} agora. Isso pode ser sinal de um ataque do coração. Não dirija. Sente-se e descanse até a ajuda chegar.',
      },
      'stroke-signs': {
        title: 'Peça ajuda agora',
        text: 'Ligue para {emergency} agora, mesmo que os sinais passem. Isso pode ser um derrame (AVC), e cada minuto conta. Anote a hora em que começou.',
      },
      'allergic-reaction': {
        title: 'Peça ajuda agora',
        text: 'Ligue para {emergency} agora. Uma reação grave pode fechar a garganta. Se você tem uma caneta para alergia (epinefrina), use agora.',
      },
      'pregnancy-bleeding-pain': {
        title: 'Peça ajuda agora',
        text: 'Ligue para {emergency} ou vá agora ao pronto-socorro mais próximo. Você e o bebê podem precisar de um médico na hora.',
      },
      'not-safe-at-home': {
        title: 'Você tem direito a estar em segurança. Você pode ter ajuda agora.',
        text: 'Se você está em perigo agora, ligue para {emergency}. Uma linha de ajuda ouve você, de dia e de noite, e é de graça. Você não precisa dizer seu nome. Se alguém pode ver esta tela, feche a página depois de ler.',
      },
    },
    yourNumber: 'o número de emergência do seu país',
    notAlone: 'Nossa equipe também é avisada, mas não espere por nós. Você pode continuar o formulário depois.',
    labels: {
      emergency: 'Emergência',
      crisisCall: 'Linha de ajuda: ligar',
      crisisText: 'Linha de ajuda: mandar mensagem de texto',
      crisisChat: 'Linha de ajuda: bate-papo',
      violenceCall: 'Linha de ajuda para segurança em casa: ligar',
      violenceText: 'Linha de ajuda para segurança em casa: mande a palavra START',
    },
    crisisLanguage: 'No 988, diga “Portuguese” para ter um intérprete de graça.',
    violenceLanguage: 'Você pode pedir um intérprete de graça.',
  },
  ar: {
    help: {
      'suicidal-thoughts': {
        title: 'لست وحدك. يمكنك الحصول على المساعدة الآن.',
        text: 'شكرًا لأنك أخبرتنا. نرجو أن تتصل الآن بخط مساعدة أو ترسل إليه رسالة: هناك من يستمع إليك ليلًا ونهارًا. إذا كان من الممكن أن تؤذي نفسك، فاتصل على {emergency}.',
      },
      'chest-pain-breathless': {
        title: 'اطلب المساعدة الآن',
        text: 'اتصل على {emergency} الآن. قد يكون هذا علامة على نوبة قلبية. لا تقُد السيارة بنفسك. اجلس واسترح حتى تصل المساعدة.',
      },
      'stroke-signs': {
        title: 'اطلب المساعدة الآن',
        text: 'اتصل على {emergency} الآن، حتى لو زالت العلامات. قد تكون هذه سكتة دماغية، وكل دقيقة مهمة. اكتب وقت بدايتها.',
      },
      'allergic-reaction': {
        title: 'اطلب المساعدة الآن',
        text: 'اتصل على {emergency} الآن. رد الفعل الشديد قد يسد الحلق. إذا كان لديك قلم الحساسية (إبينفرين)، فاستخدمه الآن.',
      },
      'pregnancy-bleeding-pain': {
        title: 'اطلب المساعدة الآن',
        text: 'اتصلي على {emergency}، أو اذهبي الآن إلى أقرب غرفة طوارئ. قد تحتاجين أنت والطفل إلى طبيب فورًا.',
      },
      'not-safe-at-home': {
        title: 'من حقك أن تكون في أمان. يمكنك الحصول على المساعدة الآن.',
        text: 'إذا كنت في خطر الآن، فاتصل على {emergency}. يستمع إليك خط المساعدة ليلًا ونهارًا، وهو مجاني. لست مضطرًا إلى ذكر اسمك. إذا كان من الممكن أن يرى أحد هذه الشاشة، فأغلق الصفحة بعد القراءة.',
      },
    },
    yourNumber: 'رقم الطوارئ في بلدك',
    notAlone: 'نخبر فريق الرعاية لدينا أيضًا، لكن لا تنتظرنا. يمكنك إكمال النموذج لاحقًا.',
    labels: {
      emergency: 'الطوارئ',
      crisisCall: 'خط المساعدة: اتصال',
      crisisText: 'خط المساعدة: رسالة نصية',
      crisisChat: 'خط المساعدة: محادثة على الإنترنت',
      violenceCall: 'خط المساعدة للأمان في البيت: اتصال',
      violenceText: 'خط المساعدة للأمان في البيت: أرسل كلمة START',
    },
    crisisLanguage: 'عند الاتصال على 988 قل كلمة “Arabic” لتحصل على مترجم مجانًا.',
    violenceLanguage: 'يمكنك طلب مترجم مجانًا.',
  },
};
