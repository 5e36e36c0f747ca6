/** Finds and reads the texts of a folder. */
import { readFile, readdir } from "node:fs/promises";
import { extname, join } from "node:path";

const MIME_TYPES = { ".md": "text/markdown", ".markdown": "text/markdown", ".txt": "text/plain" };

/** The paths of all Markdown and text files below `folder`, relative to it, with `/`, sorted. Symbolic links are not followed. */
export async function textFiles(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && MIME_TYPES[extname(entry.name).toLowerCase()])
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, "/").length).replaceAll("\\", "/"))
    .sort();
}

/** A file's text and what kind it is. Bytes that are not UTF-8 become U+FFFD. */
export async function readText(folder, path) {
  const bytes = await readFile(join(folder, path));
  return { text: bytes.toString("utf8"), sizeBytes: bytes.length, mimeType: MIME_TYPES[extname(path).toLowerCase()] };
}
