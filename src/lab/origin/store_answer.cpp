#include "lab/origin/store_answer.h"

namespace aside::lab {

bool is_silence(Errc code) {
    return code == Errc::timed_out || code == Errc::connection_lost || code == Errc::cancelled;
}

LoadEnd load_end_of(Errc code) {
    const bool throttled =
        code == Errc::throttled || code == Errc::busy || code == Errc::overloaded;
    return throttled ? LoadEnd::throttled : LoadEnd::failed;
}

}  // namespace aside::lab
