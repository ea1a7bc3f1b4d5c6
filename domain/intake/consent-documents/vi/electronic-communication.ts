import type { ConsentText } from '../consent-document.ts';

export const electronicCommunication: ConsentText = {
  title: 'Tin nhắn và khám qua video',
  summary:
    'Quý vị đồng ý để chúng tôi gửi tin và khám qua video. Đây là lựa chọn của quý vị: nếu từ chối, quý vị được chăm sóc như nhau tại phòng khám.',
  sections: [
    {
      heading: 'Tin nhắn',
      paragraphs: [
        'Chúng tôi gửi giờ, nơi khám và một đường dẫn qua email hoặc tin nhắn. Chúng tôi không bao giờ viết lý do quý vị đến.',
        'Email và tin nhắn không hoàn toàn riêng tư. Người mở được điện thoại hoặc hộp thư của quý vị có thể đọc.',
        'Xin đừng viết cho chúng tôi khi khẩn cấp. Hãy gọi 911 hoặc số cấp cứu nơi quý vị ở.',
      ],
    },
    {
      heading: 'Khám qua video',
      paragraphs: [
        'Khám qua video không giống khám tại phòng khám: chúng tôi không thể sờ khám hoặc làm một số xét nghiệm. Nếu cần, chúng tôi mời quý vị đến.',
        'Xin ở nơi không có ai khác nghe được. Hãy cho biết quý vị đang ở đâu để chúng tôi gửi người giúp nếu cần.',
        'Chúng tôi không ghi hình buổi khám nếu quý vị chưa đồng ý.',
      ],
    },
    {
      heading: 'Cách ngừng',
      paragraphs: [
        'Quý vị có thể ngừng tin nhắn hoặc khám qua video bất cứ lúc nào. Xin cho chúng tôi biết, hoặc đổi trên trang của quý vị.',
      ],
    },
  ],
};
