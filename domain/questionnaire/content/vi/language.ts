import { options, type Texts } from '../translation.ts';

export const language: Texts = {
  title: 'Ngôn ngữ của quý vị và những gì giúp được quý vị',
  'language.preferred': 'Chúng tôi nên dùng ngôn ngữ nào với quý vị?',
  'language.preferred:why': 'Chúng tôi viết và nói với quý vị bằng ngôn ngữ này khi có thể.',
  ...options(['language.preferred'], {
    en: 'English',
    es: 'Español',
    'zh-Hans': '中文（简体）',
    vi: 'Tiếng Việt',
    pt: 'Português',
    ar: 'العربية',
    other: 'Ngôn ngữ khác',
  }),
  'language.other': 'Đó là ngôn ngữ nào?',
  'language.other.help': 'Ví dụ: tiếng Hàn, tiếng Creole Haiti hoặc tiếng Somali.',
  'language.interpreter': 'Quý vị có cần thông dịch viên khi đến khám không?',
  'language.interpreter:why':
    'Chúng tôi dành thêm thời gian cho buổi khám và mời thông dịch viên. Quý vị không phải trả tiền.',
  'language.interpreter-kind': 'Quý vị cần loại thông dịch nào?',
  'language.interpreter-kind=spoken': 'Người nói ngôn ngữ của tôi',
  'language.interpreter-kind=sign': 'Người dùng ngôn ngữ ký hiệu',
  'language.access': 'Điều gì giúp buổi khám dễ dàng hơn cho quý vị?',
  ...options(['language.access'], {
    none: 'Tôi không cần gì',
    'step-free': 'Lối vào không có bậc thang hoặc chỗ cho xe lăn',
    seeing: 'Chữ in lớn hoặc giúp đỡ vì tôi nhìn không rõ',
    hearing: 'Giúp đỡ vì tôi nghe không rõ',
    reading: 'Giúp đọc hoặc điền mẫu đơn',
    quiet: 'Một chỗ chờ yên tĩnh',
    other: 'Điều khác',
  }),
  'language.access.help': 'Quý vị có thể chọn nhiều câu.',
  'language.access-other': 'Còn điều gì giúp được quý vị?',
};
