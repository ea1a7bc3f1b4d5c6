import type { Texts } from '../translation.ts';

export const review: Texts = {
  title: '检查并发送',
  'review.about': '请再看一遍您的回答。您可以回去修改任何一项。发送以后，我们的团队会在您就诊前阅读。',
  'review.note': '您还有什么想告诉我们的吗？',
  'review.note.help': '可以留空。例如：请不要往我工作的地方打电话。',
  'review.correct': '据我所知，我的回答是正确的。',
};
