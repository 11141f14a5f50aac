#include "origin/sqlite/read_pool.h"

namespace aside::origin {

bool leaves_connection_usable(Errc code) {
    switch (code) {
        case Errc::bad_input:
        case Errc::too_large:
        case Errc::bytes_in_flight:
        case Errc::conflict:
        case Errc::busy:
            return true;
        default:
            return false;
    }
}

Result<std::unique_ptr<Connection>> ReadPool::take() {
    while (true) {
        std::unique_ptr<Connection> connection;
        {
            const MutexLock lock(mutex_);
            if (idle_.empty()) break;
            connection = std::move(idle_.back());
            idle_.pop_back();
        }
        if (!connection->moved()) return connection;
    }
    return Connection::open(path_, Access::read);
}

void ReadPool::give_back(std::unique_ptr<Connection> connection) {
    const MutexLock lock(mutex_);
    idle_.push_back(std::move(connection));
}

std::size_t ReadPool::idle() const {
    const MutexLock lock(mutex_);
    return idle_.size();
}

}  // namespace aside::origin
