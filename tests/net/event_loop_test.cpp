// The loop alone: order of tasks, timers, and what edges must not lose.
#include "net/event_loop.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <thread>

namespace ingot::net {
namespace {

using namespace std::chrono_literals;

// A connected pair; the first end is watched in the loop's thread, the second is the test's.
class EventLoopTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_), 0);
        thread_ = std::thread([this] { loop_.run(); });
        in_loop([this] { watch_ = std::make_unique<EventLoop::Watch>(loop_, ends_[0]); });
    }
    void TearDown() override {
        in_loop([this] { watch_.reset(); });
        loop_.stop();
        thread_.join();
        if (ends_[1] >= 0) ::close(ends_[1]);
    }
    // Runs in the loop's thread and waits for it; everything before it has run then.
    void in_loop(std::function<void()> task) {
        std::promise<void> done;
        ASSERT_TRUE(loop_.post([&] {
            task();
            done.set_value();
        }));
        ASSERT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
    }
    void send(std::string_view bytes) {
        ASSERT_EQ(::write(ends_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }

    EventLoop loop_;
    std::thread thread_;
    int ends_[2] = {-1, -1};
    std::unique_ptr<EventLoop::Watch> watch_;
};

// Counts what it is told.
struct Told : Ready {
    std::promise<void> first_time;
    int readable = 0, writable = 0;
    void on_ready(bool is_readable) override {
        ++(is_readable ? readable : writable);
        if (readable + writable == 1) first_time.set_value();
    }
    bool comes() { return first_time.get_future().wait_for(10s) == std::future_status::ready; }
};

TEST_F(EventLoopTest, TasksRunInTheOrderTheyWerePosted) {
    std::string order;
    for (char letter : {'a', 'b', 'c'}) loop_.post([&order, letter] { order += letter; });
    in_loop([&] { order += '.'; });
    EXPECT_EQ(order, "abc.");
}

TEST_F(EventLoopTest, ATaskMayPostAnother) {
    std::promise<void> second;
    loop_.post([&] { loop_.post([&] { second.set_value(); }); });
    EXPECT_EQ(second.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(EventLoopTest, NothingIsTakenAfterTheEnd) {
    EventLoop loop;
    bool ran = false;
    loop.post([&] { ran = true; });
    loop.stop();
    loop.run();
    EXPECT_TRUE(ran);
    EXPECT_FALSE(loop.post([] {}));
}

TEST_F(EventLoopTest, BytesThatComeWhileSomebodyWaitsAreTold) {
    auto told = std::make_shared<Told>();
    in_loop([&] { watch_->wait_readable(told); });
    send("x");
    EXPECT_TRUE(told->comes());
    in_loop([&] { EXPECT_EQ(told->readable, 1); });
}

// Edge-triggered: the kernel tells of these bytes once, before anybody waits.
TEST_F(EventLoopTest, BytesThatCameBeforeTheWaitAreToldAtIt) {
    send("x");
    in_loop([] {});
    std::this_thread::sleep_for(20ms);  // the loop has heard of them
    auto told = std::make_shared<Told>();
    in_loop([&] { watch_->wait_readable(told); });
    EXPECT_TRUE(told->comes());
}

// Bytes and the end of the stream come as one edge: who has taken the bytes must still hear of the end.
TEST_F(EventLoopTest, AnEndThatCameWithBytesIsToldAtTheNextWait) {
    auto bytes = std::make_shared<Told>();
    in_loop([&] { watch_->wait_readable(bytes); });
    in_loop([&] {  // both happen while the loop is busy: one event
        send("x");
        ::close(ends_[1]);
        ends_[1] = -1;
    });
    ASSERT_TRUE(bytes->comes());
    auto end = std::make_shared<Told>();
    in_loop([&] {
        char buffer[8];
        EXPECT_EQ(::read(watch_->descriptor(), buffer, sizeof buffer), 1);
        watch_->wait_readable(end);
    });
    EXPECT_TRUE(end->comes());
}

TEST_F(EventLoopTest, RoomThatComesWhileSomebodyWaitsIsTold) {
    auto told = std::make_shared<Told>();
    in_loop([&] {
        std::string const block(4096, 'x');
        while (::write(watch_->descriptor(), block.data(), block.size()) > 0) {
        }
        watch_->wait_writable(told);
    });
    std::string sink(1 << 20, '\0');
    while (::read(ends_[1], sink.data(), sink.size()) > 0) {
    }
    EXPECT_TRUE(told->comes());
    in_loop([&] { EXPECT_EQ(told->writable, 1); });
}

TEST_F(EventLoopTest, AWatchThatIsGoneTellsNothingMore) {
    auto told = std::make_shared<Told>();
    in_loop([&] {
        watch_->wait_readable(told);
        send("x");
        watch_.reset();
    });
    in_loop([] {});
    EXPECT_EQ(told->readable, 0);
    EXPECT_EQ(told.use_count(), 1);  // and keeps nobody alive
}

TEST_F(EventLoopTest, TimersComeInTheOrderOfTheirTimesAndAgain) {
    std::promise<std::string> done;
    std::string order;
    in_loop([&] {
        loop_.after(20ms, [&] { order += 'b'; });
        loop_.after(5ms, [&] { order += 'a'; });
        int turns = 0;
        loop_.every(30ms, [&, turns]() mutable {
            order += 'c';
            if (++turns == 2) done.set_value(order);
        });
    });
    auto result = done.get_future();
    ASSERT_EQ(result.wait_for(10s), std::future_status::ready);
    EXPECT_EQ(result.get(), "abcc");
}

}  // namespace
}  // namespace ingot::net
