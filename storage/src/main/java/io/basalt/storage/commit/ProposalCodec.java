package io.basalt.storage.commit;

import io.basalt.schemas.CommitRecord;
import io.basalt.storage.commit.Arbiter.Proposal;
import io.basalt.storage.root.Frame;
import java.io.IOException;
import java.util.Optional;

/** The bytes of a proposal on the commits topic: a {@link Frame} around its Avro record. */
public final class ProposalCodec {
  private static final Frame FRAME = new Frame("BASCOMT\n", 1);

  private ProposalCodec() {}

  public static byte[] encode(Proposal p) {
    return FRAME.encode(
        new CommitRecord(p.storeId(), p.base(), p.number(), p.bodyId(), p.crc32c(), p.attempt()));
  }

  /**
   * The proposal in a record; empty for bytes that never were one, which every program ignores
   * alike.
   *
   * @param where topic and offset, for the error's sentence
   * @throws IOException if the record is damaged or newer than this program: whoever cannot read it
   *     cannot know what it decided, and stops
   */
  public static Optional<Proposal> decode(byte[] bytes, String topic, String where)
      throws IOException {
    if (bytes == null || !FRAME.claims(bytes)) {
      return Optional.empty();
    }
    CommitRecord r = FRAME.decode(bytes, CommitRecord.class, topic, where);
    return Optional.of(
        new Proposal(
            r.getStoreId(),
            r.getBase(),
            r.getNumber(),
            r.getBodyId(),
            r.getCrc32c(),
            r.getAttempt()));
  }
}
