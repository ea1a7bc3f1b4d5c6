import { options, type Texts } from '../translation.ts';

export const medications: Texts = {
  title: 'Seus remédios',
  'medications.any': 'Você toma algum remédio?',
  'medications.any:why': 'Alguns remédios não combinam. Verificamos isso antes de dar um novo.',
  'medications.any=none': 'Não, nenhum',
  'medications.any=some': 'Sim',
  'medications.any=unknown': 'Não tenho certeza',
  'medications.any.help': 'Conte também gotas, cremes, injeções, anticoncepcionais, vitaminas e ervas.',
  'medications.list': 'Que remédios você toma?',
  'medications.name': 'Nome do remédio',
  'medications.name.help': 'Está na caixa ou no frasco. Por exemplo: metformina.',
  'medications.dose': 'Quanto de cada vez?',
  'medications.dose.help': 'Por exemplo: 500 mg ou um comprimido.',
  'medications.frequency': 'Com que frequência?',
  'medications.frequency.help': 'Por exemplo: toda manhã.',
  'medications.reason': 'Para que serve?',
  'medications.reason.help': 'Por exemplo: para o açúcar no sangue.',
  'medications.confirm': 'Isto ainda está certo?',
  ...options(['medications.confirm'], {
    confirmed: 'Sim',
    changed: 'Mudei aqui',
    removed: 'Não, tire da lista',
  }),
};
