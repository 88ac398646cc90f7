/** The colours in which a chip speaks. */

export type Tone = 'planned' | 'progress' | 'complete' | 'danger' | 'accent' | 'quiet' | 'plain';
