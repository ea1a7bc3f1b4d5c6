import type { Texts } from '../translation.ts';

export const review: Texts = {
  title: 'Xem lại và gửi',
  'review.about':
    'Xin xem lại câu trả lời một lần nữa. Quý vị có thể quay lại và sửa bất cứ câu nào. Khi quý vị gửi, nhóm của chúng tôi sẽ đọc trước buổi khám.',
  'review.note': 'Quý vị còn muốn nói gì với chúng tôi không?',
  'review.note.help': 'Có thể để trống. Ví dụ: xin đừng gọi cho tôi ở chỗ làm.',
  'review.correct': 'Theo tôi biết, các câu trả lời của tôi là đúng.',
};
