package io.basalt.storage.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.basalt.storage.ingest.CoveredOffsets.Stretch;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CoveredOffsetsTest {
  @Provide
  Arbitrary<List<Range>> ranges() {
    return Combinators.combine(
            Arbitraries.longs().between(0, 60), Arbitraries.longs().between(1, 9))
        .as((from, count) -> new Range(1, 0, from, from + count, (int) (from + count)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(25);
  }

  @Property
  void isTheUnionOfItsRangesInAsFewStretchesAsCanBe(@ForAll("ranges") List<Range> ranges) {
    CoveredOffsets covered = new CoveredOffsets();
    BitSet model = new BitSet();
    for (Range range : ranges) {
      BitSet common = new BitSet();
      common.set((int) range.from(), (int) range.next());
      common.and(model);
      var twice = covered.add(range);
      assertThat(twice.isPresent()).isEqualTo(!common.isEmpty());
      twice.ifPresent(
          some ->
              assertThat(common.get((int) some.from(), (int) some.next()).cardinality())
                  .isEqualTo((int) (some.next() - some.from())));
      model.set((int) range.from(), (int) range.next());
    }
    BitSet found = new BitSet();
    long end = -1;
    for (Stretch stretch : covered.stretches()) {
      assertThat(stretch.from()).isGreaterThan(end);
      end = stretch.next();
      found.set((int) stretch.from(), (int) end);
      assertThat(stretch.leaderEpoch()).as("that of a range which ends it").isEqualTo((int) end);
    }
    assertThat(found).isEqualTo(model);
    assertThat(covered.first()).isEqualTo(model.nextSetBit(0));
    assertThat(covered.end()).isEqualTo(model.length());
  }
}
