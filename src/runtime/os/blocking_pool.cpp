#include "runtime/os/blocking_pool.h"

#include <pthread.h>

namespace aside::runtime {

OsBlockingPool::OsBlockingPool(unsigned threads, std::size_t queue_limit)
    : queue_limit_(queue_limit) {
    for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this, i] { run(i); });
}

bool OsBlockingPool::submit(Callback job) {
    {
        const MutexLock lock(mutex_);
        if (stopping_ || queue_.size() >= queue_limit_) return false;
        queue_.push_back(std::move(job));
    }
    wanted_.notify_one();
    return true;
}

void OsBlockingPool::run(unsigned index) {
    ::pthread_setname_np(::pthread_self(), ("aside-block-" + std::to_string(index)).c_str());
    for (;;) {
        Callback job;
        {
            const MutexLock lock(mutex_);
            while (queue_.empty() && !stopping_) wanted_.wait(mutex_);
            if (queue_.empty()) return;
            job = std::move(queue_.front());
            queue_.pop_front();
        }
        job();
    }
}

void OsBlockingPool::stop() {
    {
        const MutexLock lock(mutex_);
        stopping_ = true;
    }
    wanted_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

}  // namespace aside::runtime
