import type { MessageCatalog } from './en.ts';

/** Vietnamese; quý vị throughout. Shapes and limits: locales/en.ts. */
export const vi: MessageCatalog = {
  formats: 'vi-VN',
  footer: (clinic) => `Tin nhắn này do ${clinic} gửi. Xin đừng trả lời.`,
  callUs: (phone) => `Có thắc mắc hoặc cần giúp đỡ? Xin gọi cho chúng tôi theo số ${phone}.`,
  askUs: 'Có thắc mắc hoặc cần giúp đỡ? Xin gọi cho phòng khám.',
  when: 'Thời gian',
  also: 'Cũng áp dụng cho',
  whenForYou: 'Theo múi giờ của quý vị',
  where: 'Địa điểm',
  place: {
    'in-person': (place) => place,
    video: () => 'Qua video. Quý vị có thể vào từ trang của buổi khám.',
    phone: () => 'Qua điện thoại. Chúng tôi sẽ gọi cho quý vị.',
  },
  calendarSummary: (clinic) => `Lịch hẹn tại ${clinic}`,
  seeVisit: 'Xem hoặc thay đổi lịch hẹn',
  confirmVisit: 'Xác nhận, thay đổi hoặc hủy',
  joinVisit: 'Vào buổi khám qua video',
  smsJoin: (url) => `Vào video từ 15 phút trước giờ hẹn: ${url}`,
  smsLink: (url) => `Xem hoặc thay đổi: ${url}`,
  smsConfirmBy: (until) => `Xin xác nhận trước ${until}, nếu không giờ này sẽ dành cho người khác.`,
  smsConfirm: (url) => `Xác nhận, thay đổi hoặc hủy: ${url}`,

  booked: {
    subject: (when) => `Lịch hẹn của quý vị: ${when}`,
    lead: 'Lịch hẹn của quý vị đã được đặt.',
    next: 'Chúng tôi sẽ nhắc quý vị trước giờ hẹn. Quý vị có thể thay đổi hoặc hủy bằng liên kết dưới đây.',
  },
  'awaiting-approval': {
    subject: () => 'Chúng tôi đã nhận được yêu cầu đặt hẹn của quý vị',
    lead: 'Chúng tôi đã nhận được yêu cầu. Phòng khám đang xem xét, và giờ hẹn được giữ cho quý vị trong lúc này.',
    next: 'Chúng tôi sẽ viết cho quý vị ngay khi phòng khám trả lời.',
  },
  'not-approved': {
    subject: () => 'Về yêu cầu đặt hẹn của quý vị',
    lead: 'Phòng khám không thể sắp xếp giờ mà quý vị yêu cầu.',
    next: 'Xin chọn giờ khác, hoặc gọi cho chúng tôi để cùng tìm giờ phù hợp.',
  },
  rescheduled: {
    subject: (when) => `Lịch hẹn của quý vị đã dời: ${when}`,
    lead: 'Lịch hẹn của quý vị có giờ mới.',
    next: 'Giờ cũ không còn dành cho quý vị, và các liên kết cũ không còn dùng được.',
  },
  cancelled: {
    subject: (when) => `Đã hủy: lịch hẹn của quý vị lúc ${when}`,
    lead: 'Lịch hẹn của quý vị đã hủy. Quý vị không cần đến.',
    next: 'Quý vị có thể đặt giờ khác bất cứ lúc nào.',
  },
  'cancelled-by-clinic': {
    subject: (when) => `Chúng tôi phải hủy lịch hẹn của quý vị lúc ${when}`,
    lead: 'Chúng tôi xin lỗi: chúng tôi phải hủy lịch hẹn của quý vị. Xin đừng đến vào giờ đó.',
    next: 'Điều này không ảnh hưởng xấu đến quý vị và không mất phí. Xin đặt giờ khác, hoặc gọi cho chúng tôi.',
    alternatives: (until) => `Chúng tôi giữ các giờ sau cho quý vị đến ${until}. Xin chọn giờ phù hợp với quý vị:`,
    again: {
      subject: (when) => `Xin chọn giờ mới: lịch hẹn lúc ${when} của quý vị đã bị hủy`,
      lead: 'Chúng tôi phải hủy lịch hẹn của quý vị, và đang giữ những giờ khác cho quý vị.',
      next: 'Nếu không có giờ nào phù hợp, xin đặt giờ khác, hoặc gọi cho chúng tôi.',
    },
  },
  unconfirmed: {
    subject: (when) => `Chưa xác nhận: lịch hẹn của quý vị lúc ${when}`,
    lead: 'Chúng tôi không nhận được trả lời kịp thời, và đã dành lịch hẹn này cho người đang chờ. Xin đừng đến vào giờ đó.',
    next: 'Không mất phí, và không ảnh hưởng xấu đến quý vị. Nếu vẫn cần khám, xin đặt giờ khác, hoặc gọi cho chúng tôi.',
  },
  reminder: {
    subject: (when) => `Nhắc hẹn: lịch hẹn của quý vị lúc ${when}`,
    lead: 'Đây là lời nhắc về lịch hẹn của quý vị.',
    deadline: (until) =>
      `Xin xác nhận trước ${until}. Nếu đến lúc đó không nhận được trả lời, chúng tôi sẽ dành giờ này cho người đang chờ.`,
    ask: 'Xin cho chúng tôi biết quý vị có đến không. Chỉ cần bấm một nút.',
    join: 'Buổi khám của quý vị là qua video. Quý vị có thể vào bằng liên kết dưới đây từ 15 phút trước giờ bắt đầu. Chúng tôi sẽ hỏi quý vị đang ở tiểu bang nào.',
    next: 'Nếu không thể đến, xin báo cho chúng tôi bằng liên kết dưới đây, để người khác có thể dùng giờ này.',
  },

  'waitlist-offer': {
    subject: (when) => `Có giờ trống cho quý vị: ${when}`,
    lead: 'Có một giờ vừa trống, và đến lượt quý vị.',
    answerBy: 'Xin trả lời trước',
    kept: 'Không ai khác có thể lấy giờ này cho đến lúc đó.',
    firstWins: 'Chúng tôi hỏi vài người cùng lúc. Ai trả lời trước sẽ có giờ này.',
    replaces: 'Nếu quý vị nhận, lịch hẹn hiện tại sẽ dời sang giờ này. Nếu không, lịch hẹn giữ nguyên.',
    next: 'Nếu không phù hợp, quý vị vẫn giữ chỗ trong danh sách.',
    action: 'Xem và trả lời',
    shortUntil: (until) => `Trả lời trước ${until}:`,
  },
  'waitlist-offer-withdrawn': {
    subject: (when) => `Không còn trống: ${when}`,
    lead: 'Chúng tôi xin lỗi: phòng khám phải lấy lại giờ đã dành cho quý vị.',
    next: 'Điều này không ảnh hưởng xấu đến quý vị. Quý vị giữ chỗ trong danh sách, và chúng tôi sẽ báo khi có giờ tiếp theo.',
    action: 'Xem các giờ trống khác',
  },
  'waitlist-offer-superseded': {
    subject: (when) => `Đã có người lấy: ${when}`,
    lead: 'Chúng tôi xin lỗi: có người trả lời trước quý vị, và giờ này đã được lấy.',
    next: 'Điều này không ảnh hưởng xấu đến quý vị. Quý vị giữ chỗ trong danh sách, và chúng tôi sẽ báo khi có giờ tiếp theo.',
    action: 'Xem các giờ trống khác',
  },
  'waitlist-expiry-notice': {
    subject: () => 'Quý vị còn chờ giờ hẹn không?',
    lead: (until) => `Quý vị có tên trong danh sách chờ của chúng tôi đến ${until}.`,
    next: 'Nếu sau đó vẫn muốn có giờ hẹn, xin cho chúng tôi biết: đăng nhập bằng liên kết dưới đây, hoặc gọi cho chúng tôi. Nếu không, quý vị không cần làm gì.',
    action: 'Xem hoặc thay đổi',
  },
  'waitlist-expired': {
    subject: () => 'Quý vị không còn trong danh sách chờ của chúng tôi',
    lead: (until) => `Chỗ của quý vị trong danh sách chờ đã kết thúc vào ${until}.`,
    next: 'Các lịch hẹn của quý vị giữ nguyên. Quý vị có thể vào lại danh sách bất cứ lúc nào.',
    action: 'Đăng nhập',
  },

  'staff-invitation': {
    subject: (clinic) => `Lời mời từ ${clinic}`,
    lead: (clinic) => `${clinic} mời quý vị làm việc với HealthSphere.`,
    action: 'Nhận lời mời',
    until: (until) => `Liên kết chỉ dùng được một lần, đến ${until}.`,
    next: 'Nếu không chờ đợi lời mời này, quý vị có thể bỏ qua.',
  },
  'password-reset': {
    subject: () => 'Chọn mật khẩu mới',
    lead: 'Có người, có lẽ là quý vị, yêu cầu chọn mật khẩu mới cho tài khoản của quý vị.',
    action: 'Chọn mật khẩu mới',
    until: (until) => `Liên kết chỉ dùng được một lần, đến ${until}.`,
    next: 'Nếu không phải quý vị, xin bỏ qua tin này: mật khẩu vẫn giữ nguyên.',
  },
  'account-claim': {
    subject: (clinic) => `Tài khoản của quý vị tại ${clinic}`,
    lead: (clinic) => `${clinic} đã chuẩn bị tài khoản cho quý vị, để quý vị đặt và thay đổi lịch hẹn.`,
    action: 'Thiết lập tài khoản',
    until: (until) => `Liên kết chỉ dùng được một lần, đến ${until}.`,
    next: 'Chúng tôi sẽ hỏi ngày sinh và gửi cho quý vị một mã số, để không ai khác dùng được liên kết này.',
  },
  'account-claim-code': {
    subject: () => 'Mã số của quý vị',
    lead: (code) => `Mã số của quý vị là ${code}`,
    until: (until) => `Mã số có hiệu lực đến ${until}.`,
    next: 'Chúng tôi không bao giờ hỏi mã số này qua điện thoại. Nếu quý vị không yêu cầu mã số, xin bỏ qua tin này.',
  },
  'escalation-notice': { lead: 'Việc khẩn dành cho quý vị trong HealthSphere' },
  'second-factor-removed': {
    subject: () => 'Bước xác thực thứ hai của quý vị đã bị gỡ',
    lead: (at) => `Quản trị viên đã gỡ bước xác thực thứ hai của tài khoản quý vị: ${at}.`,
    next: 'Quý vị đã được đăng xuất ở mọi nơi. Lần đăng nhập tới, quý vị thiết lập bước mới.',
    notYou: 'Nếu quý vị không yêu cầu điều này, xin báo ngay cho quản trị viên.',
  },
};
