/**
 * Stands in for a virus scanner where none is connected: finds the EICAR test file and nothing else. It lets the path of a
 * document be tried out; it protects nobody, and is not used in production.
 */
import type { Scanner } from '../scanner.ts';

const signature = Buffer.from('$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$'.slice(1), 'latin1');

export const eicarScanner: Scanner = {
  name: 'eicar-stand-in',
  scan: (content) =>
    Promise.resolve(
      Buffer.from(content).includes(signature) ? { clean: false, finding: 'Eicar-Test-Signature' } : { clean: true },
    ),
};
