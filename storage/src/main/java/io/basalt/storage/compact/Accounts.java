package io.basalt.storage.compact;

import io.basalt.storage.compact.Usage.Dropped;
import io.basalt.storage.compact.Usage.Retired;
import io.basalt.storage.compact.Usage.Segment;
import io.basalt.storage.compact.Usage.Span;
import io.basalt.storage.root.CopyRef;
import io.basalt.storage.root.Root;
import io.basalt.storage.root.RunRef;
import io.basalt.storage.root.TreeTop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

/**
 * Which roots may need a segment or a run. Pure.
 *
 * <p>All shards of an event stand in segments that are open when the event is committed. So a
 * segment that a root has and that is none of its tails holds shards of events below the root's
 * positions only, and what the leaves made of that root do not refer to, no later root refers to
 * either. Its index blocks are read while it is a tail, which it never becomes again. So a segment
 * without live bytes is needed by roots before that one alone, and by none that is older than the
 * segment.
 */
final class Accounts {
  private Accounts() {}

  /**
   * The usage once everything up to a root is in leaves.
   *
   * @param base the root
   * @param known all segments that it has, its tails included
   * @param before the usage that its leaves came with
   * @param abandonment sets the next mark
   */
  static Usage merge(
      Root base,
      Collection<String> known,
      Usage before,
      List<Merged> merged,
      Abandonment abandonment) {
    Map<String, Long> changed = new HashMap<>();
    merged.forEach(
        each -> each.liveBytes().forEach((id, more) -> changed.merge(id, more, Long::sum)));
    long last = base.tree().map(TreeTop::root).orElse(0L);
    Set<String> tails = tails(base);
    Map<String, Segment> segments = new TreeMap<>();
    for (String id : known) {
      Segment old = before.segments().getOrDefault(id, new Segment(last, 0, 0, true));
      Long more = changed.remove(id);
      boolean tail = tails.contains(id);
      segments.put(id, next(id, old, more == null ? 0 : more, tail, tail ? 0 : base.number()));
    }
    if (!changed.isEmpty()) {
      throw new IllegalStateException(
          "leaves refer to segments that root %d does not have: %s"
              .formatted(base.number(), changed.keySet()));
    }
    return new Usage(
        segments,
        retired(base, last, before),
        before.dropped(),
        abandonment.remembered(before.marks()));
  }

  private static Segment next(String id, Segment old, long more, boolean tail, long emptyFrom) {
    long live = old.liveBytes() + more;
    if (live < 0 || (old.emptySince() > 0 && more != 0)) {
      throw new IllegalStateException(
          "segment %s: %s, and %d bytes more are live".formatted(id, old, more));
    }
    long since = old.emptySince() > 0 ? old.emptySince() : emptyFrom;
    return new Segment(old.after(), live, live == 0 ? since : 0, tail);
  }

  private static List<Retired> retired(Root base, long last, Usage before) {
    List<Retired> retired = new ArrayList<>();
    for (Retired each : before.retired()) {
      Span span = each.span();
      retired.add(
          span.isClosed() ? each : new Retired(each.file(), new Span(span.after(), base.number())));
    }
    for (RunRef run : base.runs()) {
      retired.add(new Retired(run.file(), new Span(last, 0)));
    }
    return retired;
  }

  /**
   * The segments that no root of a head needs, neither one that it keeps nor a later one, and that
   * no tree needs which is made anew from the metadata copy.
   */
  static Map<String, Span> dead(Usage usage, Root head, Optional<CopyRef> copy) {
    Set<String> tails = tails(head);
    Map<String, Span> dead = new TreeMap<>();
    usage
        .segments()
        .forEach(
            (id, segment) -> {
              if (!tails.contains(id)
                  && isOver(segment.span(), head)
                  && isCopied(segment.span(), copy)) {
                dead.put(id, segment.span());
              }
            });
    return dead;
  }

  /** Whether a compaction at a root would change the usage though nothing happened since. */
  static boolean hasChores(Usage usage, Root root) {
    Set<String> tails = tails(root);
    return !usage.dropped().isEmpty()
        || !dead(usage.retired(), root).isEmpty()
        || usage.retired().stream().anyMatch(each -> !each.span().isClosed())
        || usage.segments().entrySet().stream()
            .anyMatch(
                each ->
                    each.getValue().liveBytes() == 0
                        && each.getValue().emptySince() == 0
                        && !tails.contains(each.getKey()));
  }

  private static Set<String> tails(Root root) {
    return root.tails().stream().map(tail -> tail.location().segment()).collect(Collectors.toSet());
  }

  /** The retired runs that no root of a head names. */
  static List<Retired> dead(List<Retired> retired, Root head) {
    return retired.stream().filter(each -> isOver(each.span(), head)).toList();
  }

  /** Whether none of the roots that may need a thing is the head or kept by it. */
  static boolean isOver(Span span, Root head) {
    LongPredicate needs = span::holds;
    return span.isClosed()
        && !needs.test(head.number())
        && head.kept().stream().noneMatch(kept -> needs.test(kept.number()));
  }

  /**
   * Whether the metadata copy was made at a root that no longer needs a segment: it then refers to
   * nothing of it, and holds what all events in it came to.
   */
  static boolean isCopied(Span span, Optional<CopyRef> copy) {
    return copy.isPresent() && span.isClosed() && span.until() <= copy.get().root();
  }

  /** The usage without what is freed; its files are to be deleted. */
  static Usage free(
      Usage usage, Set<String> segments, List<Retired> retired, List<Dropped> dropped) {
    Map<String, Segment> left = new TreeMap<>(usage.segments());
    left.keySet().removeAll(segments);
    List<Retired> rest = new ArrayList<>(usage.retired());
    rest.removeAll(new HashSet<>(retired));
    return new Usage(left, rest, dropped, usage.marks());
  }
}
