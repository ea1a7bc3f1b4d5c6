import { options, type Texts } from '../translation.ts';

export const medications: Texts = {
  title: 'Thuốc của quý vị',
  'medications.any': 'Quý vị có dùng thuốc nào không?',
  'medications.any:why': 'Một số thuốc không hợp với nhau. Chúng tôi kiểm tra trước khi đưa quý vị thuốc mới.',
  'medications.any=none': 'Không dùng thuốc nào',
  'medications.any=some': 'Có',
  'medications.any=unknown': 'Tôi không chắc',
  'medications.any.help': 'Kể cả thuốc viên, thuốc nhỏ, kem, thuốc chích, thuốc ngừa thai, vitamin và thảo dược.',
  'medications.list': 'Quý vị dùng những thuốc nào?',
  'medications.name': 'Tên thuốc',
  'medications.name.help': 'Tên ghi trên hộp hoặc chai. Ví dụ: metformin.',
  'medications.dose': 'Mỗi lần bao nhiêu?',
  'medications.dose.help': 'Ví dụ: 500 mg hoặc một viên.',
  'medications.frequency': 'Bao lâu một lần?',
  'medications.frequency.help': 'Ví dụ: mỗi buổi sáng.',
  'medications.reason': 'Để chữa gì?',
  'medications.reason.help': 'Ví dụ: để trị đường trong máu.',
  'medications.confirm': 'Điều này còn đúng không?',
  ...options(['medications.confirm'], {
    confirmed: 'Còn đúng',
    changed: 'Tôi đã sửa ở đây',
    removed: 'Không, xin bỏ khỏi danh sách',
  }),
};
