import type { ConsentText } from '../consent-document.ts';

export const treatment: ConsentText = {
  title: 'Đồng ý nhận chăm sóc',
  summary:
    'Quý vị đồng ý để nhóm của chúng tôi khám và chữa trị. Quý vị có thể hỏi bất cứ điều gì và có thể từ chối bất cứ lúc nào.',
  sections: [
    {
      heading: 'Quý vị đồng ý điều gì',
      paragraphs: [
        'Bác sĩ, y tá và nhân viên khác của chúng tôi có thể khám, làm các xét nghiệm thông thường và chăm sóc theo nhu cầu của quý vị. Xét nghiệm thông thường, ví dụ, là đo huyết áp, thử máu hoặc thử nước tiểu.',
      ],
    },
    {
      heading: 'Điều chúng tôi sẽ hỏi lại',
      paragraphs: ['Nếu cần mổ hoặc cách chữa khác có nhiều rủi ro hơn, chúng tôi giải thích trước và hỏi lại quý vị.'],
    },
    {
      heading: 'Quyền của quý vị',
      paragraphs: [
        'Quý vị có thể hỏi vì sao cần một xét nghiệm hoặc cách chữa, điều gì có thể xảy ra và còn cách nào khác. Quý vị có thể từ chối hoặc ngừng bất cứ lúc nào. Khi đó chúng tôi sẽ nói với quý vị điều đó có nghĩa gì cho sức khỏe.',
        'Không ai có thể hứa rằng một cách chữa sẽ có kết quả. Chúng tôi nói những gì chúng tôi biết.',
      ],
    },
    {
      heading: 'Khi khẩn cấp',
      paragraphs: ['Nếu quý vị không thể nói và mạng sống gặp nguy, chúng tôi chăm sóc ngay những gì quý vị cần.'],
    },
    {
      heading: 'Có hiệu lực bao lâu',
      paragraphs: [
        'Có hiệu lực một năm hoặc cho đến khi quý vị rút lại. Để rút lại, xin cho chúng tôi biết. Những gì đã làm trước đó vẫn giữ nguyên.',
      ],
    },
  ],
};
