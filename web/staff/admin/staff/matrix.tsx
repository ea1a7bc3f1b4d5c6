/** What each role may do, as the server applies it. */
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rolesQuery } from '../../api/queries.ts';
import { Answered } from '../../parts/page.tsx';

export function Matrix() {
  const { t } = useTranslation();
  const roles = useQuery(rolesQuery);
  return (
    <Answered query={roles}>
      {({ actions, items }) => (
        <div className="hs-scroll" tabIndex={0} role="region" aria-label={t('people.matrix')}>
          <table className="hs-table hs-matrix">
            <thead>
              <tr>
                <th scope="col">{t('people.action')}</th>
                {items.map((item) => (
                  <th key={item.role} scope="col">
                    {t(`role.${item.role}`, { defaultValue: item.role })}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {actions.map((action) => (
                <tr key={action.name}>
                  <th scope="row">{t(`permission.${action.name}`, { defaultValue: action.description })}</th>
                  {items.map((item) => {
                    const may = item.actions.includes(action.name);
                    return (
                      <td key={item.role}>
                        {may ? (
                          <IconCheck size={16} role="img" aria-label={t('people.may')} />
                        ) : (
                          <span aria-label={t('people.mayNot')} role="img">
                            –
                          </span>
                        )}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Answered>
  );
}
