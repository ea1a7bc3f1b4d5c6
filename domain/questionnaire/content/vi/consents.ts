import { options, type Texts } from '../translation.ts';

export const consents: Texts = {
  title: 'Sự đồng ý của quý vị',
  'consents.agree.treatment': 'Quý vị có đồng ý để chúng tôi khám và chữa trị không?',
  'consents.agree.treatment:why':
    'Chúng tôi chỉ được chữa trị nếu quý vị đồng ý. Quý vị có thể từ chối bất cứ xét nghiệm hay cách chữa nào, kể cả sau này.',
  'consents.agree.treatment.help': 'Xin đọc “Đồng ý nhận chăm sóc” trước.',
  'consents.agree.privacy-practices': 'Quý vị đã nhận thông báo về cách chúng tôi dùng dữ liệu sức khỏe chưa?',
  'consents.agree.privacy-practices:why': 'Luật quy định chúng tôi phải đưa cho quý vị và xin quý vị xác nhận.',
  'consents.agree.privacy-practices.help':
    'Xin đọc “Cách chúng tôi dùng dữ liệu sức khỏe của quý vị” trước. Trả lời có nghĩa là quý vị đã nhận. Không có nghĩa là quý vị thích nó.',
  'consents.agree.financial-responsibility': 'Quý vị có đồng ý trả phần mà bảo hiểm không trả không?',
  'consents.agree.financial-responsibility:why':
    'Để quý vị biết trước về chi phí. Quý vị có thể hỏi giá buổi khám bất cứ lúc nào.',
  'consents.agree.financial-responsibility.help': 'Xin đọc “Phần quý vị trả” trước.',
  'consents.agree.electronic-communication': 'Quý vị có đồng ý nhận tin nhắn và khám qua video không?',
  'consents.agree.electronic-communication.help':
    'Xin đọc “Tin nhắn và khám qua video” trước. Nếu không đồng ý, quý vị vẫn có thể đến phòng khám.',
  'consents.relationship': 'Ai ký?',
  ...options(['consents.relationship'], {
    self: 'Tôi là bệnh nhân',
    parent: 'Tôi là cha hoặc mẹ của bệnh nhân',
    guardian: 'Tôi là người giám hộ hợp pháp',
    representative: 'Theo luật, tôi được ký thay bệnh nhân',
  }),
  'consents.representative-basis': 'Điều gì cho quý vị quyền ký?',
  'consents.representative-basis.help': 'Ví dụ: giấy của tòa án hoặc giấy ủy quyền.',
  'consents.signature': 'Chữ ký của quý vị',
  'consents.typed-name': 'Hãy gõ họ tên đầy đủ',
  'consents.typed-name.help': 'Tên của người ký. Ví dụ: Nguyễn Thị Lan.',
  'consents.intent': 'Tôi dùng tên tôi đã gõ làm chữ ký của mình.',
};
