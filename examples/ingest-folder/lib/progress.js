/** Says how far the work is: one line that is written over on a terminal, else a line for every tenth of the files. */
export function progressOf(total, stream = process.stderr) {
  const startedMs = performance.now();
  let files = 0;
  let documents = 0;
  const line = () => {
    const seconds = (performance.now() - startedMs) / 1000;
    return `${files} of ${total} files, ${documents} documents, ${Math.round(documents / seconds)} documents/s`;
  };
  return {
    fileDone(count) {
      files++;
      documents += count;
      if (stream.isTTY) stream.write(`\r\x1b[K${line()}`);
      else if (Math.floor((files * 10) / total) > Math.floor(((files - 1) * 10) / total)) stream.write(`${line()}\n`);
    },
    end() {
      if (stream.isTTY) stream.write("\n");
      return { files, documents, seconds: (performance.now() - startedMs) / 1000 };
    },
  };
}
