/**
 * Makes the tree anew when roots, branches or runs are lost: from the newest metadata copy and the
 * events in index blocks since. {@link io.basalt.storage.rebuild.Rebuild} is the whole of it,
 * {@link io.basalt.storage.rebuild.Chains} the rule that decides what counts. Needs no root and
 * changes no file that is there.
 */
package io.basalt.storage.rebuild;
