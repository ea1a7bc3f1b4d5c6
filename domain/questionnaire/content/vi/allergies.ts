import { options, type Texts } from '../translation.ts';

export const allergies: Texts = {
  title: 'Dị ứng của quý vị',
  'allergies.any': 'Quý vị có bị dị ứng gì không?',
  'allergies.any:why': 'Để chúng tôi không bao giờ đưa quý vị thứ có thể gây hại.',
  'allergies.any=none': 'Không, theo tôi biết thì không',
  'allergies.any=some': 'Có',
  'allergies.any=unknown': 'Tôi không chắc',
  'allergies.any.help': 'Với thuốc, thức ăn hoặc thứ khác như ong chích hay cao su.',
  'allergies.list': 'Quý vị dị ứng với gì?',
  'allergies.substance': 'Thuốc, thức ăn hoặc thứ khác',
  'allergies.substance.help': 'Ví dụ: penicillin, đậu phộng hoặc ong chích.',
  'allergies.reaction': 'Điều gì xảy ra?',
  'allergies.reaction.help': 'Ví dụ: nổi mẩn hoặc cổ họng tôi sưng lên.',
  'allergies.severity': 'Nặng đến mức nào?',
  ...options(['allergies.severity'], {
    mild: 'Nhẹ: tự hết',
    moderate: 'Vừa: tôi cần dùng thuốc',
    severe: 'Nặng: tôi phải đi bệnh viện hoặc không thở được',
    unknown: 'Tôi không biết',
  }),
  'allergies.confirm': 'Điều này còn đúng không?',
  ...options(['allergies.confirm'], {
    confirmed: 'Còn đúng',
    changed: 'Tôi đã sửa ở đây',
    removed: 'Không, xin bỏ khỏi danh sách',
  }),
};
