/* A clock for the client under test that stands still unless the test says
 * otherwise, so that no deadline depends on how busy the machine is.
 *
 * A program that has it is linked with --wrap for gw_net_now and gw_net_poll.
 * Where the linker cannot do that (macOS) time is real, and only that it is not
 * too short is asserted. */
#ifndef GW_TEST_CLOCK_H
#define GW_TEST_CLOCK_H

#include <stddef.h>
#include <stdint.h>

uint64_t clock_now(void); /* milliseconds */
void clock_pass(unsigned ms);

/* A call waits in vain for `silent` sockets to read from and `stuck` ones to
 * write to (or that do not connect): time passes, to the end of its wait, when
 * it waits for no others. For these it waits as long as they need, and its
 * clock stands. At first, and again after clock_stand(), it is every one. */
void clock_pass_over(size_t silent, size_t stuck);
void clock_stand(void);
/* From now on time is real: for what interrupts a wait. */
void clock_run(void);

/* Asserts that exactly `ms` have passed since `start`. */
void assert_passed(uint64_t start, unsigned ms);

#endif
