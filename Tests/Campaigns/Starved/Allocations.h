// The allocations of the calling thread, whatever library asks for them: counted, and refused.
#pragma once

// What is refused.
typedef enum {
  STARVE_ONE,    // the allocation of a number, counted from 1
  STARVE_REST,   // that one and all behind it
  STARVE_OWN,    // the allocation of a number among those that this program asks for, not a library
  STARVE_SPACE,  // more address space than so many times 2 MiB
  STARVE_WAYS
} starvation;

// Begins to count and to refuse; the number 0 refuses nothing.
void starve(starvation how, long number);

// Ends it; returns how many allocations were refused, of those that were counted.
long feed(void);

// How many blocks were allocated and not freed since the process began, by all threads.
long blocks_held(void);
