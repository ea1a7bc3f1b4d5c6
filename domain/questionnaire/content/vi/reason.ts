import { everywhere, options, type Texts } from '../translation.ts';

export const reason: Texts = {
  title: 'Vì sao quý vị đến',
  'reason.emergency':
    'Quý vị có nghĩ mạng sống của mình đang gặp nguy không? Hãy dừng lại và gọi 911 hoặc số cấp cứu ngay.',
  'reason.main': 'Quý vị cần giúp về việc gì?',
  'reason.main.help': 'Hãy dùng lời của quý vị. Ví dụ: đầu gối tôi đau hai tuần nay.',
  'reason.since': 'Việc này đã bao lâu rồi?',
  ...options(['reason.since'], {
    days: 'Vài ngày hoặc ít hơn',
    weeks: 'Vài tuần',
    months: 'Vài tháng',
    years: 'Một năm trở lên',
    'not-applicable': 'Tôi đến khám tổng quát hoặc việc khác',
  }),
  'reason.chest-pain': 'Bây giờ quý vị có đau ngực và khó thở không?',
  ...everywhere(
    ['reason.chest-pain:why', 'reason.stroke:why', 'reason.allergic:why', 'reason.pregnancy-danger:why'],
    'Nếu câu trả lời là có, chúng tôi chỉ ngay nơi giúp đỡ và báo cho y tá hoặc bác sĩ.',
  ),
  'reason.stroke': 'Có điều nào sau đây xảy ra đột ngột không: mặt bị xệ, một tay yếu hoặc khó nói?',
  'reason.allergic': 'Ngay lúc này quý vị có bị phản ứng dị ứng nặng không?',
  'reason.allergic.help': 'Ví dụ: mặt hoặc cổ họng sưng lên, hoặc quý vị khó thở.',
  'reason.pregnant': 'Quý vị có thể đang mang thai không?',
  'reason.pregnant:why': 'Một số thuốc và xét nghiệm có thể gây hại cho em bé trước khi sinh.',
  ...options(['reason.pregnant'], {
    yes: 'Có, tôi đang mang thai',
    maybe: 'Có thể',
    no: 'Không',
    'not-applicable': 'Câu hỏi này không dành cho tôi',
  }),
  'reason.pregnancy-danger': 'Bây giờ quý vị có chảy máu hoặc đau bụng rất nhiều không?',
  'reason.safe-at-home': 'Quý vị có cảm thấy an toàn ở nhà không?',
  'reason.safe-at-home:why':
    'Chúng tôi hỏi tất cả mọi người. Nếu quý vị không thấy an toàn, chúng tôi chỉ cho biết ai có thể giúp. Chúng tôi không nói với những người sống cùng quý vị.',
  'reason.safe-at-home=yes': 'Có',
  'reason.safe-at-home=no': 'Không',
};
