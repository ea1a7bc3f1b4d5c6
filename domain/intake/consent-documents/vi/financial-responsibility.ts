import type { ConsentText } from '../consent-document.ts';

export const financialResponsibility: ConsentText = {
  title: 'Phần quý vị trả',
  summary:
    'Chúng tôi gửi hóa đơn cho bảo hiểm của quý vị trước. Phần bảo hiểm không trả thì quý vị trả. Quý vị có thể hỏi giá trước buổi khám.',
  sections: [
    {
      heading: 'Khi có bảo hiểm',
      paragraphs: [
        'Quý vị cho phép chúng tôi gửi hóa đơn và những dữ kiện cần thiết cho bảo hiểm. Quý vị cho phép bảo hiểm trả tiền cho chúng tôi.',
        'Quý vị trả phần của mình: ví dụ, tiền đồng trả, tiền khấu trừ hoặc dịch vụ mà gói của quý vị không chi trả.',
        'Xin cho chúng tôi biết khi bảo hiểm thay đổi.',
      ],
    },
    {
      heading: 'Khi không có bảo hiểm',
      paragraphs: [
        'Trước một buổi khám đã hẹn, quý vị có quyền nhận bản ước tính chi phí bằng văn bản. Nếu hóa đơn cao hơn từ $400 trở lên, quý vị có thể khiếu nại.',
      ],
    },
    {
      heading: 'Nếu khó trả tiền',
      paragraphs: [
        'Xin cho chúng tôi biết càng sớm càng tốt. Chúng ta có thể thỏa thuận trả từng phần nhỏ, và chúng tôi cho biết ai có thể giúp. Chúng tôi không bao giờ từ chối quý vị khi khẩn cấp.',
      ],
    },
    {
      heading: 'Buổi khám bị bỏ lỡ',
      paragraphs: [
        'Nếu phòng khám tính tiền cho buổi khám bị bỏ lỡ, chúng tôi cho biết bao nhiêu trước khi quý vị đặt hẹn.',
      ],
    },
  ],
};
