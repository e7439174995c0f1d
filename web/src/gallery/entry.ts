// In the order of the program: what stories import comes after these.
import '@mantine/core/styles/default-css-variables.css';
import '@/app/mantine.css';
import '@/theme/tokens.css';
import { stopTheClock } from './clock';
import { watchComponents } from './seen';

// Both come before everything that reads the time or draws.
stopTheClock();
watchComponents();
void import('./main');
