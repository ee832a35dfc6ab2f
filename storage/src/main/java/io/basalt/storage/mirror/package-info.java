/** Small immutable files that stand whole on several drives: runs, location maps, root bodies. */
package io.basalt.storage.mirror;
