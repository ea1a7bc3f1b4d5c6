import type { ConsentText } from '../consent-document.ts';

export const privacyPractices: ConsentText = {
  title: 'Cách chúng tôi dùng dữ liệu sức khỏe của quý vị',
  summary:
    'Chúng tôi giữ an toàn dữ liệu sức khỏe của quý vị. Chúng tôi dùng dữ liệu để chăm sóc quý vị, để được trả tiền và để điều hành phòng khám. Quý vị có thể xem và yêu cầu sửa.',
  sections: [
    {
      heading: 'Khi nào chúng tôi dùng và chia sẻ dữ liệu',
      paragraphs: [
        'Để chăm sóc quý vị: với bác sĩ, y tá, phòng xét nghiệm và nhà thuốc cùng chăm sóc quý vị.',
        'Để được trả tiền: với bảo hiểm của quý vị, để họ trả cho các buổi khám.',
        'Để điều hành phòng khám: ví dụ, để kiểm tra việc chăm sóc có tốt không.',
        'Khi luật yêu cầu: ví dụ, để báo một số bệnh, việc ngược đãi hoặc mối nguy cho mạng sống của ai đó.',
        'Với mọi việc khác, chúng tôi hỏi quý vị trước bằng văn bản. Chúng tôi không bán dữ liệu của quý vị.',
      ],
    },
    {
      heading: 'Quyền của quý vị',
      paragraphs: [
        'Quý vị có thể nhận bản sao hồ sơ, trên giấy hoặc dạng tệp.',
        'Quý vị có thể yêu cầu chúng tôi sửa điều sai.',
        'Quý vị có thể yêu cầu chúng tôi liên lạc theo một cách nhất định, hoặc không báo cho bảo hiểm về việc chăm sóc mà quý vị đã tự trả đủ.',
        'Quý vị có thể xin danh sách những nơi chúng tôi đã chia sẻ dữ liệu.',
        'Quý vị có thể nhận thông báo này trên giấy.',
      ],
    },
    {
      heading: 'Điều chúng tôi phải làm',
      paragraphs: ['Chúng tôi phải giữ kín dữ liệu, làm theo thông báo này và báo cho quý vị nếu dữ liệu bị lộ.'],
    },
    {
      heading: 'Nếu quý vị không hài lòng',
      paragraphs: [
        'Xin cho chúng tôi biết, hoặc viết cho Bộ Y tế và Dịch vụ Nhân sinh Hoa Kỳ, Văn phòng Dân quyền. Điều đó không bao giờ thay đổi việc chăm sóc quý vị.',
      ],
    },
  ],
};
