// Computes a proof of work beside the page, so that the page never halts for it. Is told a challenge, tells how far it is, and the
// number in the end. See app/solver/src/lib.rs.

/** Numbers tried between two words to the page. */
const STEP = 10_000;

const words = (digits) => digits.match(/.{16}/g).map((word) => BigInt.asIntN(64, BigInt(`0x${word}`)));

onmessage = async ({ data: { salt, digest, most } }) => {
  const { instance } = await WebAssembly.instantiateStreaming(fetch('/captcha.wasm'));
  const [known, wanted] = [words(salt), words(digest)];
  for (let from = 0; from <= most; from += STEP) {
    const found = Number(instance.exports.search(...known, ...wanted, from, Math.min(from + STEP, most + 1)));
    if (found >= 0) {
      postMessage({ found });
      return;
    }
    postMessage({ done: from / most });
  }
  throw new Error('the challenge has no answer');
};
