// A list of things that carry their own links: nothing is allocated, and whoever is in a list can
// leave it without knowing which one it is.
//
// Thread rule: one worker. Ownership: a list owns nothing; what is in it must leave before it ends.
// `Tag` tells a thing's hooks apart.
#pragma once

#include <utility>

namespace aside::redis {

template <class Tag>
class ReadHook {
  public:
    ReadHook() = default;
    ReadHook(const ReadHook&) = delete;
    ~ReadHook() { leave(); }

    bool in_list() const { return next_ != this; }
    void leave() {
        previous_->next_ = next_;
        next_->previous_ = previous_;
        previous_ = next_ = this;
    }

  private:
    template <class, class>
    friend class ReadList;
    ReadHook* previous_ = this;
    ReadHook* next_ = this;
};

template <class T, class Tag>
class ReadList {
  public:
    bool empty() const { return !head_.in_list(); }
    T& front() { return static_cast<T&>(*head_.next_); }
    T& pop_front() {
        T& first = front();
        static_cast<ReadHook<Tag>&>(first).leave();
        return first;
    }
    void push_back(T& item) {
        ReadHook<Tag>& hook = item;
        hook.leave();
        hook.previous_ = head_.previous_;
        hook.next_ = &head_;
        head_.previous_->next_ = &hook;
        head_.previous_ = &hook;
    }
    // Takes all that is in `other`.
    void take(ReadList& other) {
        while (!other.empty()) push_back(other.pop_front());
    }

  private:
    ReadHook<Tag> head_;
};

}  // namespace aside::redis
