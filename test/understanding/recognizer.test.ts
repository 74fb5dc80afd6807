import { createEmbeddedRecognizer } from '../../src/understanding/embedded/index';
import { recognizerContract } from '../contracts/recognizer';

recognizerContract('the embedded recognizer', async () => ({ recognizer: createEmbeddedRecognizer(), close: async () => {} }));
