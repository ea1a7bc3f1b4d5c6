import { createRoot } from 'react-dom/client';
import '../shared/tokens.css';
import './portal.css';
import { App } from './app.tsx';
import { dressPage, firstLanguage, loadWords } from './words.tsx';

// The tokens' dark values hang on this attribute, which the staff application's library sets from a choice; here the
// system's setting decides.
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const dress = () => document.documentElement.setAttribute('data-mantine-color-scheme', dark.matches ? 'dark' : 'light');
dress();
dark.addEventListener('change', dress);

const language = firstLanguage();
// What the address needs is fetched beside the words, not after them.
const { pathname } = window.location;
if (pathname.startsWith('/portal/i/')) void import('./intake/link-page.tsx');
if (pathname.startsWith('/portal/intake/')) {
  void import('./intake/room.tsx').then(({ readEarly }) => readEarly(pathname, language));
}
const words = await loadWords(language);
dressPage(language);
// What nobody came back for goes when its time is over, whichever page is opened then.
setTimeout(() => void import('./intake/kept-drafts.ts').then(({ sweepDrafts }) => sweepDrafts()), 5_000);
createRoot(document.getElementById('root')!).render(<App language={language} words={words} />);
