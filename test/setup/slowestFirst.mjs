import TestSequencer from '@jest/test-sequencer';

/** The slowest last: what takes minutes or runs a whole product. Begun last, it would keep one worker busy while the others have nothing left. */
const slowest = ['/workflows/', '/web/', '/bench/', '/fault/'];

/** On a clean clone Jest knows no durations and begins with the largest files, which are not the slowest. */
export default class SlowestFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ path }) => slowest.findLastIndex((part) => path.includes(part));
    return super.sort(tests).toSorted((one, other) => rank(other) - rank(one));
  }
}
