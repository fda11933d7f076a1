// Starts the app; lies beside its code (script/build-web).
import start from './web.js';

start();
