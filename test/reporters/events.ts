import type { Happening, RunEvent, Status } from '../../src/model/event.ts'

/** Stamps an event as the composition root does. */
export const stamp = (happening: Happening): RunEvent => ({ v: 1, at: '2026-11-24T04:12:00.000Z', ...happening })

export const started = (hosts: readonly string[], check = false, carriedOut = 0): RunEvent =>
  stamp({
    type: 'run-started',
    run: '20261124T041200Z-x7k2',
    playbook: 'site.yml',
    check,
    ...(carriedOut > 0 && { carried_out: carriedOut }),
    hosts,
  })

export const play = (hosts: readonly string[], tasks: readonly string[] = ['Hold the VIP'], number = 1): RunEvent =>
  stamp({
    type: 'play-started',
    play: 'Real servers',
    number,
    hosts,
    tasks: tasks.map((task, index) => ({ task_id: `${number}.${index + 1}`, task })),
  })

export const begun = (host: string, task_id = '1.1', task = 'Hold the VIP'): RunEvent =>
  stamp({ type: 'task-started', play: 'Real servers', task, task_id, where: 'site.yml:20', host })

export const finished = (
  host: string,
  status: Status,
  more: Partial<Extract<Happening, { type: 'task-finished' }>> = {},
): RunEvent =>
  stamp({
    type: 'task-finished',
    play: 'Real servers',
    task: 'Hold the VIP',
    task_id: '1.1',
    where: 'site.yml:20',
    host,
    status,
    differences: [],
    seconds: 0.01,
    ...more,
  })
