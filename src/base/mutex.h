// A mutex the compiler can check: what a lock guards is an annotation, and reading it without the
// lock is a compile error (clang's -Wthread-safety, an error in every preset). docs/concurrency.md
// lists every lock and its order.
#pragma once

#include <condition_variable>
#include <mutex>

#define ASIDE_CAPABILITY(x) __attribute__((capability(x)))
#define ASIDE_SCOPED_CAPABILITY __attribute__((scoped_lockable))
#define ASIDE_GUARDED_BY(x) __attribute__((guarded_by(x)))
#define ASIDE_PT_GUARDED_BY(x) __attribute__((pt_guarded_by(x)))
#define ASIDE_REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define ASIDE_EXCLUDES(...) __attribute__((locks_excluded(__VA_ARGS__)))
#define ASIDE_ACQUIRE(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define ASIDE_TRY_ACQUIRE(...) __attribute__((try_acquire_capability(__VA_ARGS__)))
#define ASIDE_RELEASE(...) __attribute__((release_capability(__VA_ARGS__)))
#define ASIDE_NO_THREAD_SAFETY_ANALYSIS __attribute__((no_thread_safety_analysis))

namespace aside {

class ASIDE_CAPABILITY("mutex") Mutex {
  public:
    void lock() ASIDE_ACQUIRE() { mutex_.lock(); }
    bool try_lock() ASIDE_TRY_ACQUIRE(true) { return mutex_.try_lock(); }
    void unlock() ASIDE_RELEASE() { mutex_.unlock(); }
    std::mutex& native() { return mutex_; }

  private:
    std::mutex mutex_;
};

class ASIDE_SCOPED_CAPABILITY MutexLock {
  public:
    explicit MutexLock(Mutex& mutex) ASIDE_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
    ~MutexLock() ASIDE_RELEASE() { mutex_.unlock(); }
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;

  private:
    Mutex& mutex_;
};

}  // namespace aside
