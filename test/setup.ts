import fc from 'fast-check'
import { seed } from './part.ts'

// One seed for everything random: a run that fails can be run again. IPVS_PLAY_SEED=N tries another.
fc.configureGlobal({ seed })
