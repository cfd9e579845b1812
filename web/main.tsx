/** The web app: puts the choice of this browser on the page, exchanges a token of the address, and shows the rooms. */
import './styles/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { listenToKeys } from './frame/use-keys.ts';
import { applyPrefs } from './stores/prefs.ts';
import { enter } from './stores/session.ts';

applyPrefs();
listenToKeys();
const place = document.getElementById('app');
if (!place) throw new Error('the document has no place for the app');
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
void enter();
