package io.basalt.storage.verify;

/** Is told how far a verification is, by one thread. */
public interface Watcher {
  Watcher NONE =
      new Watcher() {
        @Override
        public void expect(long bytes) {}

        @Override
        public void read(long bytes, long files) {}
      };

  /** About as many bytes will be read in all. */
  void expect(long bytes);

  /** So much more was read, and so many more files of the tree were found whole. */
  void read(long bytes, long files);
}
