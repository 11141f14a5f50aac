// The floor for reads of an origin over HTTP: requests that were written, and signed, beforehand, a
// kept-alive connection for each that is under way at a time, and a bare poll loop that looks at
// nothing but where an answer ends. A real reader cannot do much less; how close it comes is its
// score.
//
//   bare_origin PORT… <SCRIPT     a connection to each of these ports of the loopback
//
// The script is a sequence of reads, each of stages whose requests are sent at once:
//
//   <connection> <bytes>\n<the request>     a request on the connection of that number
//   -\n                                     wait for the answers
//   =\n                                     wait for them, and end the read
//
// Prints a JSON object: the time each read took, CPU time in all, answers that were not 200, and
// connections opened.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

[[noreturn]] void die(const char* what) {
    std::fprintf(stderr, "bare_origin: %s\n", what);
    std::exit(1);
}

int connect_to(int port) {
    const int on = 1;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address)) die("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

// Where an answer ends: its head, and as many bytes as Content-Length says. 0: not yet.
std::size_t end_of_answer(std::string_view text) {
    const std::size_t head = text.find("\r\n\r\n");
    if (head == std::string_view::npos) return 0;
    const char* const told = strcasestr(text.data(), "\r\ncontent-length:");
    if (!told || told > text.data() + head) die("an answer without a length");
    const std::size_t length = std::strtoul(told + 17, nullptr, 10);
    return text.size() >= head + 4 + length ? head + 4 + length : 0;
}

struct Connection {
    int fd = -1;
    bool waiting = false;
    std::string in;
};

class Reader {
  public:
    explicit Reader(int argc, char** argv) {
        for (int i = 1; i < argc; ++i)
            connections_.push_back({connect_to(std::atoi(argv[i])), false, {}});
    }

    void send(std::size_t number, std::string_view request) {
        if (number >= connections_.size()) die("no such connection");
        Connection& connection = connections_[number];
        if (connection.waiting) die("two requests at once on a connection");
        const auto sent = write(connection.fd, request.data(), request.size());
        if (sent != static_cast<ssize_t>(request.size())) die("cannot send");
        connection.waiting = true;
        connection.in.clear();
    }

    void wait() {
        for (;;) {
            polled_.clear();
            for (const Connection& connection : connections_) {
                if (connection.waiting) polled_.push_back({connection.fd, POLLIN, 0});
            }
            if (polled_.empty()) return;
            if (poll(polled_.data(), polled_.size(), 30'000) <= 0) die("no answer");
            for (const pollfd& ready : polled_) {
                if (ready.revents) receive(ready.fd);
            }
        }
    }

    unsigned not_200 = 0;

  private:
    void receive(int fd) {
        for (Connection& connection : connections_) {
            if (connection.fd != fd) continue;
            const auto got = read(fd, buffer_, sizeof buffer_);
            if (got <= 0) die("a connection ended");
            connection.in.append(buffer_, static_cast<std::size_t>(got));
            if (end_of_answer(connection.in) == 0) return;
            connection.waiting = false;
            if (!connection.in.starts_with("HTTP/1.1 200")) ++not_200;
        }
    }

    std::vector<Connection> connections_;
    std::vector<pollfd> polled_;
    char buffer_[64 * 1024];
};

long long cpu_us() {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& time) { return time.tv_sec * 1'000'000LL + time.tv_usec; };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
    using Clock = std::chrono::steady_clock;
    const std::string script((std::istreambuf_iterator<char>(std::cin)), {});
    std::string_view rest = script;
    Reader reader(argc, argv);
    std::vector<double> took_us;
    const long long cpu_before = cpu_us();
    Clock::time_point began = Clock::now();
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const std::string line(rest.substr(0, end));
        rest.remove_prefix(end + 1);
        if (line == "-" || line == "=") reader.wait();
        if (line == "=") {
            const Clock::time_point now = Clock::now();
            took_us.push_back(std::chrono::duration<double, std::micro>(now - began).count());
            began = Clock::now();
        }
        if (line == "-" || line == "=") continue;
        char* after = nullptr;
        const std::size_t number = std::strtoul(line.c_str(), &after, 10);
        const std::size_t bytes = std::strtoul(after, nullptr, 10);
        reader.send(number, rest.substr(0, bytes));
        rest.remove_prefix(bytes);
    }
    const long long cpu = cpu_us() - cpu_before;
    std::printf("{\"cpu_us\": %lld, \"not_200\": %u, \"connections\": %d, \"took_us\": [", cpu,
                reader.not_200, argc - 1);
    for (std::size_t i = 0; i < took_us.size(); ++i) {
        std::printf("%s%.1f", i ? ", " : "", took_us[i]);
    }
    std::printf("]}\n");
}
