// The ceiling for a one-core HTTP server on this machine: a bare epoll loop that never parses,
// never looks anything up and answers every request with the same prepared bytes. A real server
// cannot do much less per request; how close it comes is its score.
//
//   ceiling PORT BODY_BYTES [HEAD_BYTES]    with HEAD_BYTES the head is filled up to that size
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

int open_listener(int port) {
    const int on = 1;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* any = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener, any, sizeof address) || listen(listener, 1024)) std::exit(1);
    return listener;
}

void watch(int poller, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

void accept_all(int poller, int listener) {
    const int on = 1;
    for (int client; (client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(poller, client);
    }
}

// One answer for each blank line. The load never pipelines, so that a request is never cut in two.
void answer(int client, const std::string& response) {
    char buffer[65536];
    const ssize_t got = read(client, buffer, sizeof buffer);
    if (got <= 0) {
        close(client);
        return;
    }
    const char* const end = buffer + got;
    const auto next = [end](const char* from) {
        return static_cast<const char*>(
            memmem(from, static_cast<std::size_t>(end - from), "\r\n\r\n", 4));
    };
    for (const char* at = next(buffer); at; at = next(at + 4)) {
        if (write(client, response.data(), response.size()) < 0) return;
    }
}

std::string prepare(std::size_t body_bytes, std::size_t head_bytes) {
    std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                       std::to_string(body_bytes) +
                       "\r\nCache-Control: max-age=180\r\nETag: \"6b038fdf-401\"\r\n";
    const std::string name = "X: ", ends = "\r\n";
    if (head.size() + name.size() + 2 * ends.size() < head_bytes) {
        const std::size_t fill = head_bytes - head.size() - name.size() - 2 * ends.size();
        head += name + std::string(fill, 'x') + ends;
    }
    return head + ends + std::string(body_bytes, 'x');
}

}  // namespace

int main(int argc, char** argv) {
    const auto number = [&](int at, std::size_t otherwise) {
        return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
    };
    const int port = static_cast<int>(number(1, 9010));
    const std::string response = prepare(number(2, 1024), number(3, 0));
    const int listener = open_listener(port);
    const int poller = epoll_create1(0);
    watch(poller, listener);
    epoll_event events[256];
    for (;;) {
        const int ready = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < ready; ++i) {
            const int fd = events[i].data.fd;
            if (fd == listener) {
                accept_all(poller, listener);
            } else {
                answer(fd, response);
            }
        }
    }
}
