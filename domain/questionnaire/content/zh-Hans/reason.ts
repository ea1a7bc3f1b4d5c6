import { everywhere, options, type Texts } from '../translation.ts';

export const reason: Texts = {
  title: '您为什么来',
  'reason.emergency': '您觉得自己有生命危险吗？请停下来，现在就拨打 911 或当地的急救电话。',
  'reason.main': '您需要什么帮助？',
  'reason.main.help': '请用自己的话写。例如：我的膝盖疼了两个星期。',
  'reason.since': '有多长时间了？',
  ...options(['reason.since'], {
    days: '几天或更短',
    weeks: '几个星期',
    months: '几个月',
    years: '一年或更久',
    'not-applicable': '我来做体检或为别的事',
  }),
  'reason.chest-pain': '您现在胸口疼，而且呼吸困难吗？',
  ...everywhere(
    ['reason.chest-pain:why', 'reason.stroke:why', 'reason.allergic:why', 'reason.pregnancy-danger:why'],
    '如果回答“是”，我们会马上告诉您去哪里求助，并通知护士或医生。',
  ),
  'reason.stroke': '您有没有突然出现以下情况：脸歪、一只手臂无力，或说话困难？',
  'reason.allergic': '您现在有严重的过敏反应吗？',
  'reason.allergic.help': '例如：脸或喉咙肿起来，或喘不过气。',
  'reason.pregnant': '您有可能怀孕吗？',
  'reason.pregnant:why': '有些药物和检查会伤害胎儿。',
  ...options(['reason.pregnant'], {
    yes: '是，我怀孕了',
    maybe: '可能',
    no: '没有',
    'not-applicable': '这个问题与我无关',
  }),
  'reason.pregnancy-danger': '您现在有出血，或肚子非常疼吗？',
  'reason.safe-at-home': '您在家里觉得安全吗？',
  'reason.safe-at-home:why': '我们问每一个人。如果您觉得不安全，我们会告诉您谁能帮忙。我们不会告诉与您同住的人。',
  'reason.safe-at-home=yes': '安全',
  'reason.safe-at-home=no': '不安全',
};
